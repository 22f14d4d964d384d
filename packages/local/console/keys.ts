import { cursor, find, following, goTo, rows, togglePause } from './logs/event-list.ts';
import { openEvent } from './logs/list.tsx';
import { dialog, show, view } from './state/model.ts';

const TABS = ['logs', 'requests', 'faults'] as const;

/** The keys of the page. None of them does anything while something is typed or a dialog is open. */
export function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || dialog.value !== undefined) return;
  const target = event.target as HTMLElement;
  if (target.matches('input, textarea, select')) return;
  // A space on a button is a click on it, and Enter is too.
  const onButton = target.matches('button, a, summary');
  const logs = view.value.tab === 'logs';
  const tab = TABS[Number(event.key) - 1];
  if (event.key === '?') dialog.value = { kind: 'help' };
  else if (tab !== undefined) show({ tab });
  else if (event.key === '/') focusPattern();
  else if (event.key === 'Escape' && view.value.event !== undefined) openEvent(undefined);
  else if (!logs) return;
  else if (event.key === ' ' && !onButton) togglePause();
  else if (event.key === 'j' || event.key === 'ArrowDown') move(1);
  else if (event.key === 'k' || event.key === 'ArrowUp') move(-1);
  else if (event.key === 'Enter' && !onButton) openEvent(cursor.value);
  else if (event.key === 'g' || event.key === 'Home')
    void goTo('oldest').then(() => (cursor.value = rows()[0]?.id));
  else if (event.key === 'G' || event.key === 'End')
    void goTo('newest').then(() => (cursor.value = undefined));
  else return;
  event.preventDefault();
}

function focusPattern(): void {
  show({ tab: 'logs' });
  requestAnimationFrame(() => {
    const input = document.getElementById('pattern') as HTMLInputElement | null;
    input?.focus();
    input?.select();
  });
}

/** From the newest event on, if none is chosen. While one is read, the list stays where it is. */
function move(by: number): void {
  const all = rows();
  const index = find(cursor.value) === undefined ? -1 : all.findIndex(({ id }) => id === cursor.value);
  const next = all[index === -1 ? all.length - 1 : Math.min(all.length - 1, Math.max(0, index + by))];
  if (next === undefined) return;
  following.value = false;
  cursor.value = next.id;
  if (view.value.event !== undefined) openEvent(next.id);
}
