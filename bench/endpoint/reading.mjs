// An endpoint that only reads and answers, so that it is the client that is measured: HTTP is read just well enough to
// find the end of each request, and events are counted by looking for what every one of them has in it.
import net from 'node:net';
import { answerTo, later } from './answers.mjs';
import { serve } from './control.mjs';

const HEAD_END = Buffer.from('\r\n\r\n');
// Quotes inside of a message are escaped, so that this stands nowhere else.
const MARK = Buffer.from('"timestamp":');
const PUT = 'PutLogEvents';
const EMPTY = Buffer.alloc(0);

const counts = { events: 0, requests: 0, puts: 0, bodyBytes: 0, at: 0 };
let skip = 0; // bytes from a mark to the next one at the least
let isHanging = false;

const server = net.createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => {});
  let head; // what has come of a head that is not complete
  let operation = '';
  let left = 0; // bytes of the body that are still to come
  let small = []; // the body of anything but a put
  let tail = EMPTY; // the last bytes of a chunk, where a mark may begin
  let skipping = 0;

  socket.on('data', (chunk) => {
    if (isHanging) return;
    let at = 0;
    while (at < chunk.length || (left === 0 && operation !== '')) {
      if (operation === '') {
        const text = head === undefined ? chunk.subarray(at) : Buffer.concat([head, chunk.subarray(at)]);
        const end = text.indexOf(HEAD_END);
        if (end < 0) {
          head = Buffer.from(text);
          return;
        }
        at += end + HEAD_END.length - (head?.length ?? 0);
        head = undefined;
        const lines = text.latin1Slice(0, end);
        left = Number(/content-length: *(\d+)/i.exec(lines)?.[1] ?? 0);
        operation = /x-amz-target: *\w+\.(\w+)/i.exec(lines)?.[1] ?? 'Unknown';
        small = [];
        tail = EMPTY;
        skipping = 0;
        counts.requests++;
        if (operation === PUT) {
          counts.puts++;
          counts.bodyBytes += left;
        }
      }
      const to = Math.min(chunk.length, at + left);
      if (operation === PUT) count(chunk, at, to);
      else small.push(Buffer.from(chunk.subarray(at, to)));
      left -= to - at;
      at = to;
      if (left > 0) return;
      answer(socket, operation, small);
      operation = '';
    }
  });

  function count(chunk, from, to) {
    let at = from + skipping;
    if (at > to) {
      skipping = at - to;
      return;
    }
    if (tail.length > 0) {
      const joint = Buffer.concat([tail, chunk.subarray(at, Math.min(to, at + MARK.length - 1))]);
      const found = joint.indexOf(MARK);
      if (found >= 0) {
        counts.events++;
        at += found + MARK.length - tail.length + skip;
      } else if (to - at < MARK.length - 1) {
        tail = joint.subarray(-MARK.length + 1); // the piece is shorter than a mark
        skipping = 0;
        return;
      }
    }
    for (let found = next(chunk, at, to); found >= 0; found = next(chunk, at, to)) {
      counts.events++;
      at = found + skip;
    }
    skipping = Math.max(0, at - to);
    tail = skipping > 0 ? EMPTY : Buffer.from(chunk.subarray(Math.max(at, to - MARK.length + 1), to));
  }
});

/** Where the next mark ends, or -1. Reading byte by byte costs less than a call of `indexOf` when events are small. */
function next(chunk, from, to) {
  for (let at = from + MARK.length - 1; at < to; at++) {
    if (chunk[at] === 0x3a && chunk[at - 1] === 0x22 && chunk[at - 2] === 0x70 && chunk[at - 3] === 0x6d) {
      if (MARK.equals(chunk.subarray(at - MARK.length + 1, at + 1))) return at + 1;
    }
  }
  return -1;
}

function answer(socket, operation, small) {
  const body = answerTo(operation, () => JSON.parse(Buffer.concat(small).toString() || '{}'));
  later(() => {
    counts.at = Number(process.hrtime.bigint()) / 1e6;
    socket.write(
      `HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nx-amzn-RequestId: 0\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  });
}

serve(server, {
  counted: () => ({ ...counts }),
  reset(question) {
    Object.assign(counts, { events: 0, requests: 0, puts: 0, bodyBytes: 0, at: 0 });
    skip = question.skip ?? skip;
  },
  behave(behaviour) {
    isHanging = behaviour === 'hang';
  },
});
