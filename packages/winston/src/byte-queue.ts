const SLAB_BYTES = 1024 * 1024;
const MOST_BYTES_OF_CHARACTER = 3;
/** Slabs that are kept for later, beside the one in use. */
const MOST_FREE = 4;

interface Slab {
  readonly bytes: Buffer;
  from: number;
  to: number;
}

/**
 * Texts on their way, as UTF-8, in memory that is used again: taking new memory for each would keep the garbage
 * collector busy.
 */
export class ByteQueue {
  #last: Slab = newSlab();
  readonly #older: Slab[] = [];
  readonly #free: Slab[] = [];
  #length = 0;

  /** Bytes in the queue. */
  get length(): number {
    return this.#length;
  }

  push(text: string): void {
    const most = text.length * MOST_BYTES_OF_CHARACTER;
    if (this.#last.bytes.length - this.#last.to < most) {
      if (this.#last.from < this.#last.to) this.#older.push(this.#last);
      else this.#recycle(this.#last);
      this.#last = most > SLAB_BYTES ? newSlab(most) : (this.#free.pop() ?? newSlab());
    }
    const written = this.#last.bytes.write(text, this.#last.to);
    this.#last.to += written;
    this.#length += written;
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

  #recycle(slab: Slab | undefined): void {
    if (slab?.bytes.length === SLAB_BYTES && this.#free.length < MOST_FREE) this.#free.push(slab);
  }
}

function newSlab(size = SLAB_BYTES): Slab {
  return { bytes: Buffer.allocUnsafeSlow(size), from: 0, to: 0 };
}
