// An endpoint that looks at every event: it refuses what CloudWatch Logs refuses, and finds out which of the numbered
// lines were lost, stored twice or stored in another order.
import http from 'node:http';
import { gunzipSync } from 'node:zlib';
import { answerTo, later } from './answers.mjs';
import { serve } from './control.mjs';

const MAX_EVENTS = 10_000;
const MAX_BYTES = 1_048_576;
const OVERHEAD_BYTES = 26;
const MAX_SPAN_MS = 24 * 3_600_000;
const NUMBERED = /request (\d+) completed/;

let expected = 0; // lines with a number; before they are announced, everything counts
let counts;
let streams; // name -> { timestamps, numbers }, in the order of arrival
let refusals;
reset({});

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const sent = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    const operation = String(request.headers['x-amz-target']).split('.')[1];
    const input = JSON.parse(body.toString() || '{}');
    counts.requests++;
    const refusal = operation === 'PutLogEvents' ? put(input, sent.length) : undefined;
    const answer = refusal
      ? JSON.stringify({ __type: 'InvalidParameterException', message: refusal })
      : answerTo(operation, () => input);
    later(() => {
      response.writeHead(refusal ? 400 : 200, {
        'content-type': 'application/x-amz-json-1.1',
        'content-length': Buffer.byteLength(answer),
        'x-amzn-requestid': '0',
      });
      response.end(answer);
    });
  });
});
server.keepAliveTimeout = 60_000;

/** Stores a batch, or says why CloudWatch Logs would not. */
function put({ logGroupName, logStreamName, logEvents }, bodyBytes) {
  const bytes = logEvents.reduce((sum, { message }) => sum + Buffer.byteLength(message) + OVERHEAD_BYTES, 0);
  counts.puts++;
  const refusal = refusalOf(logEvents, bytes);
  if (refusal) {
    refusals.set(refusal, (refusals.get(refusal) ?? 0) + logEvents.length);
    return refusal;
  }
  counts.bodyBytes += bodyBytes;
  counts.fills.push(bytes / MAX_BYTES);
  const name = `${logGroupName}\n${logStreamName}`;
  let stream = streams.get(name);
  if (!stream) {
    stream = { timestamps: [], numbers: [] };
    streams.set(name, stream);
  }
  for (const { timestamp, message } of logEvents) {
    const number = NUMBERED.exec(message)?.[1];
    if (expected > 0 && number === undefined) continue;
    counts.events++;
    stream.timestamps.push(timestamp);
    stream.numbers.push(Number(number));
  }
  counts.at = Number(process.hrtime.bigint()) / 1e6;
  return undefined;
}

function refusalOf(logEvents, bytes) {
  if (logEvents.length === 0) return 'no events';
  if (logEvents.length > MAX_EVENTS) return `more than ${MAX_EVENTS} events in a batch`;
  if (bytes > MAX_BYTES) return `more than ${MAX_BYTES} bytes in a batch`;
  for (let i = 1; i < logEvents.length; i++) {
    if (logEvents[i].timestamp < logEvents[i - 1].timestamp) return 'events not in chronological order';
  }
  if (logEvents.at(-1).timestamp - logEvents[0].timestamp > MAX_SPAN_MS)
    return 'more than 24 hours in a batch';
  return undefined;
}

function reset({ events = 0 }) {
  expected = events;
  counts = { events: 0, requests: 0, puts: 0, bodyBytes: 0, at: 0, fills: [] };
  streams = new Map();
  refusals = new Map();
}

/** What became of the numbered lines, in the order in which CloudWatch Logs returns them: by time, then by arrival. */
function examine() {
  const seen = new Uint8Array(expected);
  let distinct = 0;
  let duplicated = 0;
  let reordered = 0;
  for (const { timestamps, numbers } of streams.values()) {
    const order = timestamps.map((_, index) => index).sort((a, b) => timestamps[a] - timestamps[b]);
    let last = -1;
    for (const index of order) {
      const number = numbers[index];
      if (number < last) reordered++;
      last = number;
      if (seen[number] > 0) duplicated++;
      else distinct++;
      seen[number] = 1;
    }
  }
  return { lost: expected - distinct, duplicated, reordered, refused: Object.fromEntries(refusals) };
}

serve(server, {
  counted() {
    const { fills, ...others } = counts;
    const full = fills.length > 1 ? fills.slice(0, -1) : fills; // the last one has what was left
    return { ...others, fillPercent: (full.reduce((sum, fill) => sum + fill, 0) / full.length) * 100 };
  },
  reset,
  behave() {},
  examine,
});
