import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RecordReader, RecordWriter } from '../../src/worker/records.ts';

interface Taken {
  readonly timestamp: number;
  readonly message: string;
  readonly context: string | undefined;
}

/** The text that a writer makes. */
function written(write: (writer: RecordWriter) => void): string {
  let text = '';
  write(
    new RecordWriter({
      push: (kind, value) => {
        text += `${String.fromCharCode(kind)}${value}\n`;
      },
    }),
  );
  return text;
}

/** Reads records that arrive in these chunks. */
function read(chunks: readonly string[]) {
  const lines: Taken[] = [];
  const questions: unknown[] = [];
  let context: string | undefined;
  const reader = new RecordReader({
    line: (timestamp, message) => lines.push({ timestamp, message, context }),
    context: (json) => {
      context = json;
    },
    question: (question) => questions.push(question),
  });
  for (const chunk of chunks) reader.read(chunk);
  return { lines, questions };
}

describe('records', () => {
  it('bring every text, time and context over, wherever the chunks are cut', () => {
    const anyText = fc.string({ unit: 'binary' });
    const text = fc.oneof(
      anyText,
      fc.constantFrom('', '\n', 'a\nb', 'a\r', '=', '?{}', '\r\n', '~"x"', '\u2028'),
    );
    const line = fc.record(
      {
        timestamp: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
        message: text,
        context: fc.json(),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(
        fc.array(line),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        (lines, withContext, size) => {
          const logged = lines.map((one) => (withContext ? one : { ...one, context: undefined }));
          const whole = written((writer) => {
            for (const one of logged) writer.line(one.timestamp, one.message, one.context);
          });
          const chunks = whole.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
          assert.deepEqual(read(chunks).lines, logged);
        },
      ),
    );
  });

  it('take a line and its end, when nothing else changes', () => {
    const whole = written((writer) => {
      writer.line(1_700_000_000_000, 'first');
      writer.line(1_700_000_000_000, 'second');
    });
    assert.equal(whole, 't1700000000000\n=first\n=second\n');
  });

  it('bring questions between lines', () => {
    const whole = written((writer) => {
      writer.line(1, 'a');
      writer.question({ id: 'x' });
      writer.line(1, 'b');
    });
    const { lines, questions } = read([whole]);
    assert.deepEqual(questions, [{ id: 'x' }]);
    assert.deepEqual(
      lines.map(({ message }) => message),
      ['a', 'b'],
    );
  });
});
