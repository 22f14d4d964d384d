import { readAnsi, stripAnsi } from '../text/ansi.ts';
import { type Marks, splitMarks } from '../text/highlight.ts';

/** Longer lines are cut where they are one row among many. */
const ROW_CHARACTERS = 600;
/** Characters that a terminal or a page would take for something else are shown as what they are. */
const INVISIBLE =
  /[\u0000-\u0008\u000b-\u001f\u007f\u0080-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

interface MessageProps {
  readonly text: string;
  readonly marks: Marks;
  /** Whether colours of a terminal are shown; they are left out otherwise. */
  readonly ansi: boolean;
  /** Line breaks become a sign, and long text is cut. */
  readonly oneLine?: boolean;
}

/** A log message. It is text, whatever is in it: nothing of it is ever read as HTML. */
export function Message({ ansi, marks, oneLine = false, text }: MessageProps) {
  const cut = oneLine ? text.slice(0, ROW_CHARACTERS).replace(/\r?\n/g, ' ↵ ') : text;
  if (!ansi) return <Marked text={stripAnsi(cut)} marks={marks} />;
  return (
    <>
      {readAnsi(cut).map((span, index) =>
        span.style === '' && span.colour === undefined ? (
          <Marked key={index} text={span.text} marks={marks} />
        ) : (
          <span
            key={index}
            class={span.style}
            style={span.colour === undefined ? {} : { color: span.colour }}
          >
            <Marked text={span.text} marks={marks} />
          </span>
        ),
      )}
    </>
  );
}

function Marked({ marks, text }: { readonly text: string; readonly marks: Marks }) {
  const visible = text.replace(INVISIBLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const pieces = splitMarks(visible, marks);
  if (pieces.length === 1) return <>{visible}</>;
  return <>{pieces.map((piece, index) => (index % 2 === 1 ? <mark key={index}>{piece}</mark> : piece))}</>;
}
