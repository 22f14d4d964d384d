// An endpoint for OTLP over HTTP that counts log records, and finds the numbered lines that were lost or stored twice.
import http from 'node:http';
import { gunzipSync } from 'node:zlib';
import { later } from './answers.mjs';
import { serve } from './control.mjs';

const NUMBERED = /(request|warm-up) (\d+) completed/g;

let counts;
let seen;
reset({});

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const sent = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    counts.requests++;
    counts.puts++;
    counts.bodyBytes += sent.length;
    for (const [, kind, number] of body.latin1Slice().matchAll(NUMBERED)) {
      counts.events++;
      if (kind === 'request' && Number(number) < seen.length) seen[Number(number)]++;
    }
    counts.at = Number(process.hrtime.bigint()) / 1e6;
    later(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{"partialSuccess":{}}'));
  });
});
server.keepAliveTimeout = 60_000;

function reset({ events = 0 }) {
  counts = { events: 0, requests: 0, puts: 0, bodyBytes: 0, at: 0 };
  seen = new Uint8Array(events);
}

serve(server, {
  counted: () => ({ ...counts }),
  reset,
  behave() {},
  examine() {
    const stored = seen.filter((times) => times > 0).length;
    return {
      lost: seen.length - stored,
      duplicated: seen.reduce((sum, times) => sum + Math.max(0, times - 1), 0),
      reordered: 0, // OTLP promises no order
      refused: {},
    };
  },
});
