// What the logging thread writes for the worker: text, one record a line. The first character says which:
//
//   t1700000000000   the time of the lines that follow
//   c["info","a"]    level and fields of the lines that follow, where the stream name asks for them
//   =text            a line
//   ~"text\n"        a line that holds line breaks, as JSON
//   ?{"id":...}      a question to the worker, which is answered when everything before it was taken
const LINE_BREAK = '\n';

/** Takes records: the character that says of which kind one is, and what it holds. */
export interface RecordSink {
  push(kind: number, text: string): void;
}

/** The kinds of records. */
export const KIND = {
  time: code('t'),
  context: code('c'),
  line: code('='),
  jsonLine: code('~'),
  question: code('?'),
} as const;

/** Writes records. What holds for several lines is written once. */
export class RecordWriter {
  readonly #sink: RecordSink;
  #timestamp = Number.NaN;
  #context: string | undefined;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  /** @param context as JSON, where the stream name depends on it */
  line(timestamp: number, message: string, context?: string): void {
    if (timestamp !== this.#timestamp) {
      this.#timestamp = timestamp;
      this.#sink.push(KIND.time, String(timestamp));
    }
    if (context !== undefined && context !== this.#context) {
      this.#context = context;
      this.#sink.push(KIND.context, context);
    }
    if (message.includes(LINE_BREAK)) this.#sink.push(KIND.jsonLine, JSON.stringify(message));
    else this.#sink.push(KIND.line, message);
  }

  question(question: object): void {
    this.#sink.push(KIND.question, JSON.stringify(question));
  }
}

/** Who gets the records. */
export interface RecordTaker {
  line(timestamp: number, message: string): void;
  /** Holds for the lines that follow. */
  context(context: string): void;
  question(question: unknown): void;
}

/** Reads records, wherever the chunks of text begin and end. */
export class RecordReader {
  readonly #taker: RecordTaker;
  #timestamp = Number.NaN;
  #tail = '';

  constructor(taker: RecordTaker) {
    this.#taker = taker;
  }

  read(chunk: string): void {
    const text = this.#tail === '' ? chunk : this.#tail + chunk;
    let start = 0;
    for (let end = text.indexOf(LINE_BREAK); end !== -1; end = text.indexOf(LINE_BREAK, start)) {
      this.#record(text, start, end);
      start = end + 1;
    }
    this.#tail = start === 0 ? text : text.slice(start);
  }

  #record(text: string, start: number, end: number): void {
    const value = text.slice(start + 1, end);
    switch (text.charCodeAt(start)) {
      case KIND.line:
        this.#taker.line(this.#timestamp, value);
        break;
      case KIND.time:
        this.#timestamp = Number(value);
        break;
      case KIND.jsonLine:
        this.#taker.line(this.#timestamp, JSON.parse(value));
        break;
      case KIND.context:
        this.#taker.context(value);
        break;
      default:
        this.#taker.question(JSON.parse(value));
    }
  }
}

function code(character: string): number {
  return character.charCodeAt(0);
}
