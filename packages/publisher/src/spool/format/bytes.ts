/** A growing buffer with the three encodings that the files of a spool use. Numbers are safe integers >= 0. */
export class ByteSink {
  #buffer: Buffer;
  #length = 0;

  constructor(initialBytes = 65_536) {
    this.#buffer = Buffer.allocUnsafeSlow(initialBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** The bytes from `start` on, valid until the next write. */
  view(start = 0): Buffer {
    return this.#buffer.subarray(start, this.#length);
  }

  /** A copy of everything written, after which the sink is empty again. */
  take(): Buffer {
    const copy = Buffer.allocUnsafeSlow(this.#length);
    this.#buffer.copy(copy, 0, 0, this.#length);
    this.#length = 0;
    return copy;
  }

  /** Leaves room for `bytes` bytes and returns where they begin. */
  skip(bytes: number): number {
    const start = this.#length;
    this.#reserve(bytes);
    this.#length += bytes;
    return start;
  }

  setUint32(at: number, value: number): void {
    this.#buffer.writeUInt32LE(value, at);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
  }

  /** Seven bits a byte, lowest first. */
  uint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest > 0x7f) {
      this.#buffer[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#length++] = rest;
  }

  /** UTF-8 behind its length in four bytes. */
  text(value: string): void {
    const most = value.length * 3;
    this.#reserve(most + 4);
    const written = this.#buffer.write(value, this.#length + 4, most, 'utf8');
    this.#buffer.writeUInt32LE(written, this.#length);
    this.#length += written + 4;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

/** Reads what a {@link ByteSink} wrote. Throws a RangeError where the bytes end too early or make no sense. */
export class ByteSource {
  readonly buffer: Buffer;
  readonly end: number;
  offset: number;

  constructor(buffer: Buffer, start: number, end: number) {
    this.buffer = buffer;
    this.offset = start;
    this.end = end;
  }

  byte(): number {
    return this.buffer[this.advance(1)] ?? 0;
  }

  double(): number {
    return this.buffer.readDoubleLE(this.advance(8));
  }

  uint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
    }
    if (!Number.isSafeInteger(value)) throw new RangeError('expected a safe integer in a spool file');
    return value;
  }

  text(): string {
    const bytes = this.buffer.readUInt32LE(this.advance(4));
    const start = this.advance(bytes);
    return this.buffer.toString('utf8', start, start + bytes);
  }

  /** Passes over `bytes` bytes and returns where they began. */
  advance(bytes: number): number {
    const start = this.offset;
    if (start + bytes > this.end) throw new RangeError('a record of a spool file ends too early');
    this.offset = start + bytes;
    return start;
  }
}
