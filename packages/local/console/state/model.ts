import { computed, effect, signal } from '@preact/signals';
import { fromQuery, toQuery, type View } from './view.ts';
import type { FaultState, Overview, RequestRecord } from './wire.ts';

/** State that all parts of the page share. */

export const view = signal<View>(fromQuery(location.search));
export const overview = signal<Overview | undefined>(undefined);
/** `closed` while the endpoint does not answer; the browser tries again by itself. */
export const connection = signal<'opening' | 'open' | 'closed'>('opening');
/** The last requests, oldest first. */
export const requests = signal<readonly RequestRecord[]>([]);
export const faults = signal<FaultState>({ faults: [], happened: [], seed: 0 });
/** The time, for what is said relative to it. */
export const now = signal(Date.now());
/** Something that went well or wrong, said once. */
export const notice = signal<{ readonly text: string; readonly bad: boolean } | undefined>(undefined);
export const dialog = signal<Dialog | undefined>(undefined);

export type Dialog =
  | { readonly kind: 'help' | 'reset' | 'create-group' | 'connect' }
  | { readonly kind: 'create-stream' | 'group' | 'delete' | 'delete-stream'; readonly place: string };

/** Events a second of each place, from what has come in between two overviews. */
export const rates = signal<ReadonlyMap<string, number>>(new Map());

export const failing = computed(() => faults.value.faults.length > 0);

/** Whether a request was carried out, and as a whole. */
export const succeeded = ({ outcome, rejected }: RequestRecord): boolean =>
  outcome === 'ok' && rejected === undefined;

/** Changes the view. What belongs to one place in time, such as an opened event, replaces the entry of the history. */
export function show(change: Partial<View>, { replace = false } = {}): void {
  view.value = { ...view.value, ...change };
  const address = toQuery(view.value) || location.pathname;
  if (address === location.search) return;
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
}

export function tell(text: string, bad = false): void {
  notice.value = { text, bad };
}

/** Does something on the endpoint and says why if it cannot be done. Answers whether it was. */
export async function attempt(action: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await action();
    if (done !== undefined) tell(done);
    return true;
  } catch (error) {
    tell((error as Error).message, true);
    return false;
  }
}

addEventListener('popstate', () => {
  view.value = fromQuery(location.search);
});
setInterval(() => {
  now.value = Date.now();
}, 1000);
effect(() => {
  if (notice.value === undefined) return;
  const timer = setTimeout(() => {
    notice.value = undefined;
  }, 6000);
  return () => clearTimeout(timer);
});
