import { invalidParameter } from './errors.js';

/** Answers whether a message matches. */
export type MessageFilter = (message: string) => boolean;

interface Term {
  readonly kind: '' | '?' | '-';
  readonly text: string;
}

const TERM = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))(?=\s|$)\s*/y;
const PLAIN = /^[\p{L}\p{N}_]+$/u;

/**
 * Reads an unstructured filter pattern: terms (`ERROR`), phrases (`"not found"`), alternatives (`?a ?b`) and exclusions
 * (`-debug`), all case sensitive. Throws for the JSON, space-delimited and regular expression syntaxes, so that a pattern
 * never matches other events than it would in CloudWatch without a word.
 */
export function compileFilterPattern(pattern: string): MessageFilter {
  const trimmed = pattern.trim();
  if (trimmed === '' || trimmed === '" "') return () => true;
  refuseUnsupported(trimmed);
  const terms = parseTerms(trimmed);
  const required = terms.filter((term) => term.kind === '').map((term) => term.text);
  const excluded = terms.filter((term) => term.kind === '-').map((term) => term.text);
  const alternatives = terms.filter((term) => term.kind === '?').map((term) => term.text);
  // Alternatives count only when they stand alone: beside other terms the service ignores them.
  if (required.length === 0 && excluded.length === 0) {
    return (message) => alternatives.some((text) => message.includes(text));
  }
  return (message) =>
    required.every((text) => message.includes(text)) && !excluded.some((text) => message.includes(text));
}

function refuseUnsupported(pattern: string): void {
  const syntax = pattern.startsWith('{')
    ? 'JSON'
    : pattern.startsWith('[')
      ? 'space-delimited'
      : /(?:^|\s)[?-]?%/.test(pattern)
        ? 'regular expression'
        : undefined;
  if (syntax === undefined) return;
  throw invalidParameter(
    `The ${syntax} filter pattern syntax is not supported by cloudwatch-logs-local: use terms and "phrases".`,
  );
}

function parseTerms(pattern: string): Term[] {
  const terms: Term[] = [];
  TERM.lastIndex = 0;
  while (TERM.lastIndex < pattern.length) {
    const start = TERM.lastIndex;
    const match = TERM.exec(pattern);
    if (match === null) {
      throw invalidParameter(`Invalid filter pattern: cannot read it from '${pattern.slice(start)}' on.`);
    }
    const [, mark = '', phrase, plain] = match;
    if (plain !== undefined && !PLAIN.test(plain)) {
      throw invalidParameter(`Invalid character(s) in term '${plain}'`);
    }
    terms.push({
      kind: mark === '?' || mark === '-' ? mark : '',
      text: plain ?? (phrase ?? '').replace(/\\(.)/g, '$1'),
    });
  }
  return terms;
}
