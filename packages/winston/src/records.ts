// What the logging thread writes for the worker: text, one record a line. The first character says which:
//
//   t1700000000000   the time of the lines that follow
//   c["info","a"]    level and fields of the lines that follow, where the stream name asks for them
//   =text            a line
//   ~"text\n"        a line that holds line breaks, as JSON
//   ?{"id":...}      a question to the worker, which is answered when everything before it was taken
const LINE_BREAK = '\n';

/** Writes records. What holds for several lines is written once. */
export class RecordWriter {
  #timestamp = Number.NaN;
  #context: string | undefined;

  /** @param context as JSON, where the stream name depends on it */
  line(timestamp: number, message: string, context?: string): string {
    let records = '';
    if (timestamp !== this.#timestamp) {
      this.#timestamp = timestamp;
      records = `t${timestamp}\n`;
    }
    if (context !== this.#context) {
      this.#context = context;
      records += `c${context}\n`;
    }
    return message.includes(LINE_BREAK)
      ? `${records}~${JSON.stringify(message)}\n`
      : `${records}=${message}\n`;
  }

  question(question: object): string {
    return `?${JSON.stringify(question)}\n`;
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
    switch (text[start]) {
      case '=':
        this.#taker.line(this.#timestamp, value);
        break;
      case 't':
        this.#timestamp = Number(value);
        break;
      case '~':
        this.#taker.line(this.#timestamp, JSON.parse(value));
        break;
      case 'c':
        this.#taker.context(value);
        break;
      default:
        this.#taker.question(JSON.parse(value));
    }
  }
}
