import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'cloudwatch-logs-local:theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

export const chosenTheme = signal<Theme>(stored());
const systemIsDark = signal(dark.matches);
/** The colours that are shown. */
export const theme = signal<'light' | 'dark'>('light');

dark.addEventListener('change', () => {
  systemIsDark.value = dark.matches;
});

effect(() => {
  const { value } = chosenTheme;
  theme.value = value === 'system' ? (systemIsDark.value ? 'dark' : 'light') : value;
  document.documentElement.dataset.theme = theme.value;
  // A browser may refuse to keep anything; the choice holds for this page then.
  try {
    localStorage.setItem(KEY, value);
  } catch {}
});

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}
