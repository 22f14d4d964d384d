const SHOWN_WORDS = 80;

/** What became of the lines of a run. */
export interface Outcome {
  /** Lines that were logged. */
  readonly logged: number;
  /** Numbers of the lines that were stored while the process lived, in the order in which a reader sees them. */
  readonly storedAlive: readonly number[];
  /** The same once it had ended. */
  readonly stored: readonly number[];
  /** Last words of a process that ended by itself. */
  readonly crash?: string | undefined;
}

/** What became of the lines, as a cell of the table. */
export function verdict({ logged, storedAlive, stored, crash }: Outcome): string {
  const distinct = new Set(stored).size;
  const late = distinct - new Set(storedAlive).size;
  return [
    ...(crash === undefined ? [] : [crashVerdict(crash)]),
    fate(logged, distinct),
    ...(stored.length > distinct ? [`${stored.length - distinct} copies too many`] : []),
    ...(late > 0 ? [`${late === distinct ? 'all' : late} only at the end of the process`] : []),
  ].join(', ');
}

/** That the process ended by itself, with the beginning of its last words. */
function crashVerdict(lastWords: string): string {
  const words = lastWords.replaceAll('|', '/');
  const shown = words.length > SHOWN_WORDS ? `${words.slice(0, SHOWN_WORDS)}…` : words;
  return `**the process crashed** (${shown})`;
}

/** What became of the lines, and their order. */
export function orderVerdict(outcome: Outcome): string {
  const { stored } = outcome;
  const swapped = stored.filter((number, index) => index > 0 && number < (stored[index - 1] ?? 0)).length;
  const order = swapped === 0 ? 'in order' : `**${swapped} of ${stored.length - 1} neighbours swapped**`;
  return stored.length < 2 ? verdict(outcome) : `${verdict(outcome)}, ${order}`;
}

/** What became of one line that is far too long. */
export function largeVerdict(fillBytes: number, messages: readonly string[]): string {
  const filled = messages.map((message) => message.split('#').length - 1).filter((bytes) => bytes > 0);
  const bytes = filled.reduce((sum, one) => sum + one, 0);
  if (bytes === 0) return 'it is **lost**';
  if (bytes < fillBytes) return 'it is cut';
  return filled.length === 1 ? 'it is whole' : `it is whole, in ${filled.length} events`;
}

function fate(logged: number, stored: number): string {
  if (stored === logged) return `all ${logged}`;
  return stored === 0 ? `**all ${logged} lost**` : `**${logged - stored} of ${logged} lost**`;
}
