const SLAB_BYTES = 1024 * 1024;
const MOST_BYTES_OF_CHARACTER = 3;
/** Slabs that are kept for later, beside the one in use. */
const MOST_FREE = 4;
const LINE_BREAK = 10;

interface Slab {
  readonly bytes: Buffer;
  from: number;
  to: number;
}

/**
 * Records on their way to the worker, as UTF-8, in memory that is used again: strings that live until they are sent
 * would keep the garbage collector busy.
 */
export class RecordQueue {
  #last: Slab = newSlab();
  readonly #older: Slab[] = [];
  readonly #free: Slab[] = [];
  #length = 0;

  /** Bytes in the queue. */
  get length(): number {
    return this.#length;
  }

  /** @param kind an ASCII character */
  push(kind: number, text: string): void {
    const most = text.length * MOST_BYTES_OF_CHARACTER + 2;
    if (this.#last.bytes.length - this.#last.to < most) this.#makeRoom(most);
    const slab = this.#last;
    const { bytes } = slab;
    bytes[slab.to] = kind;
    const end = slab.to + 1 + bytes.write(text, slab.to + 1);
    bytes[end] = LINE_BREAK;
    this.#length += end + 1 - slab.to;
    slab.to = end + 1;
  }

  /** Takes the oldest bytes, at most so many. They are good until the next `push`. */
  take(most: number): Buffer {
    const slab = this.#older[0] ?? this.#last;
    const bytes = slab.bytes.subarray(slab.from, Math.min(slab.to, slab.from + most));
    slab.from += bytes.length;
    this.#length -= bytes.length;
    if (slab.from === slab.to) {
      slab.from = slab.to = 0;
      if (slab !== this.#last) this.#recycle(this.#older.shift());
      else if (slab.bytes.length > SLAB_BYTES) this.#last = this.#free.pop() ?? newSlab();
    }
    return bytes;
  }

  #makeRoom(bytes: number): void {
    if (this.#last.from < this.#last.to) this.#older.push(this.#last);
    else this.#recycle(this.#last);
    this.#last = bytes > SLAB_BYTES ? newSlab(bytes) : (this.#free.pop() ?? newSlab());
  }

  #recycle(slab: Slab | undefined): void {
    if (slab?.bytes.length === SLAB_BYTES && this.#free.length < MOST_FREE) this.#free.push(slab);
  }
}

function newSlab(size = SLAB_BYTES): Slab {
  return { bytes: Buffer.allocUnsafeSlow(size), from: 0, to: 0 };
}
