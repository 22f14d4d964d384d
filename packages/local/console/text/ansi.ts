/** A piece of text in one style. */
export interface Span {
  readonly text: string;
  /** Class names; `a1` to `a15` are the colours of a terminal. */
  readonly style: string;
  /** A colour beyond the sixteen, as CSS. */
  readonly colour?: string;
}

// All escape sequences: CSI, OSC up to its end, and those of two characters.
const ESCAPE = /\u001b(?:\[([0-9;:?<=>]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\|$)|[ -/]*[0-~])/g;

/** The text without what a terminal would take for commands. */
export function stripAnsi(text: string): string {
  return text.includes('\u001b') ? text.replace(ESCAPE, '') : text;
}

/** The text in pieces of one style each. Colours and weights are kept, every other command of a terminal is left out. */
export function readAnsi(text: string): readonly Span[] {
  if (!text.includes('\u001b')) return [{ text, style: '' }];
  const spans: Span[] = [];
  const state: State = { bold: false, dim: false, italic: false, underline: false, colour: undefined };
  let from = 0;
  const push = (to: number): void => {
    if (to > from) spans.push({ text: text.slice(from, to), ...look(state) });
  };
  for (const match of text.matchAll(ESCAPE)) {
    push(match.index);
    from = match.index + match[0].length;
    if (match[2] === 'm') apply(state, (match[1] ?? '').split(/[;:]/).map(Number));
  }
  push(text.length);
  return spans;
}

interface State {
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  /** 0 to 15, or a CSS colour. */
  colour: number | string | undefined;
}

function look(state: State): { style: string; colour?: string } {
  const names = [
    state.bold && 'bold',
    state.dim && 'dim',
    state.italic && 'italic',
    state.underline && 'underline',
    typeof state.colour === 'number' && `a${state.colour}`,
  ].filter(Boolean);
  return {
    style: names.join(' '),
    ...(typeof state.colour === 'string' && { colour: state.colour }),
  };
}

function apply(state: State, codes: readonly number[]): void {
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    if (code === 0)
      Object.assign(state, { bold: false, dim: false, italic: false, underline: false, colour: undefined });
    else if (code === 1) state.bold = true;
    else if (code === 2) state.dim = true;
    else if (code === 3) state.italic = true;
    else if (code === 4) state.underline = true;
    else if (code === 22) state.bold = state.dim = false;
    else if (code === 23) state.italic = false;
    else if (code === 24) state.underline = false;
    else if (code >= 30 && code <= 37) state.colour = code - 30;
    else if (code >= 90 && code <= 97) state.colour = code - 82;
    else if (code === 39) state.colour = undefined;
    else if (code === 38 || code === 48) {
      const [colour, used] = extended(codes, index + 1);
      // Backgrounds are left out: on a page of another colour they make text hard to read.
      if (code === 38) state.colour = colour;
      index += used;
    }
  }
}

/** `5;n` or `2;r;g;b` behind 38 and 48, and how many codes that takes. */
function extended(codes: readonly number[], at: number): [number | string | undefined, number] {
  if (codes[at] === 2) {
    const [r = 0, g = 0, b = 0] = codes.slice(at + 1, at + 4).map((value) => Math.min(255, value || 0));
    return [`rgb(${r},${g},${b})`, 4];
  }
  if (codes[at] !== 5) return [undefined, 0];
  const code = Math.min(255, codes[at + 1] || 0);
  if (code < 16) return [code, 2];
  if (code >= 232) {
    const grey = (code - 232) * 10 + 8;
    return [`rgb(${grey},${grey},${grey})`, 2];
  }
  const part = (divisor: number): number => {
    const step = Math.floor((code - 16) / divisor) % 6;
    return step === 0 ? 0 : step * 40 + 55;
  };
  return [`rgb(${part(36)},${part(6)},${part(1)})`, 2];
}
