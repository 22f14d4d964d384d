import { StringDecoder } from 'node:string_decoder';

// Longer than any line that is delivered whole. It keeps a source that never ends a line from filling the memory.
const MAX_LINE_CHARACTERS = 16 * 1024 * 1024;

/** Cuts text into lines wherever its chunks begin and end, also in the middle of a character. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #decoder: StringDecoder | undefined;
  #tail = '';

  /** @param onLine gets every line that is not empty, without its end (`\n` or `\r\n`) */
  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(chunk: string | Uint8Array): void {
    const text = typeof chunk === 'string' ? chunk : this.#decode(chunk);
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      const line = text.slice(start, end);
      start = end + 1;
      if (this.#tail === '') this.#take(line);
      else {
        const whole = this.#tail + line;
        this.#tail = '';
        this.#take(whole);
      }
    }
    if (start < text.length) this.#tail += text.slice(start);
    if (this.#tail.length > MAX_LINE_CHARACTERS) this.end();
  }

  /** Takes what is left as the last line. */
  end(): void {
    const line = this.#tail;
    this.#tail = '';
    this.#take(line);
  }

  #take(line: string): void {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (text !== '') this.#onLine(text);
  }

  #decode(chunk: Uint8Array): string {
    this.#decoder ??= new StringDecoder('utf8');
    return this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }
}
