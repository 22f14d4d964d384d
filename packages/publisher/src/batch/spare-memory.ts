/** As large as a batch can be. */
const LARGEST_BYTES = 1024 * 1024;
/** Of each size at least one buffer is kept; of all sizes together some 4 MiB, in a process that needs them all. */
const MOST_ALIKE = 16;
const MOST_BYTES_ALIKE = 512 * 1024;

const spare = new Map<number, Buffer[]>();

/**
 * Memory of just this size, which holds whatever was there before. With many streams events wait for long, so that V8 takes
 * their memory for old, and gives back what is old only when it goes through the whole heap: it did so once a second for
 * the memory that the batches of a thousand streams grew out of. So that is used again.
 */
export function takeMemory(bytes: number): Buffer {
  // Not of Node's pool: a small batch that waits would keep what others had there.
  return spare.get(bytes)?.pop() ?? Buffer.allocUnsafeSlow(bytes);
}

/** For the next who asks for as much. @param memory that nobody else has a view of */
export function giveMemory(memory: Buffer): void {
  const bytes = memory.length;
  if (!isUsual(bytes) || memory.buffer.byteLength !== bytes) return;
  const alike = spare.get(bytes);
  if (!alike) spare.set(bytes, [memory]);
  else if (
    alike.length === 0 ||
    (alike.length < MOST_ALIKE && (alike.length + 1) * bytes <= MOST_BYTES_ALIKE)
  )
    alike.push(memory);
}

/** Batches grow to powers of two; what one long message takes is not asked for again. */
function isUsual(bytes: number): boolean {
  return bytes > 0 && bytes <= LARGEST_BYTES && (bytes & (bytes - 1)) === 0;
}
