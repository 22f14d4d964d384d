import { type Case, type Row, ratio } from '../harness/row.js';

const STREAMS = [1, 20, 1000];
const RATE = 10_000;

export const streams: Row = {
  name: 'streams',
  title: 'One stream, 20 and 1,000 at 10,000 events a second in total',
  about:
    'The publisher alone, 200 B lines that go to the streams in turn. Every stream needs requests of its own; how often ' +
    'each is sent is held back when there are many.',
  cases: (scale) =>
    STREAMS.map(
      (count): Case => ({
        id: `streams-${count}`,
        label: `**publisher**, ${count.toLocaleString('en-US')} ${count === 1 ? 'stream' : 'streams'}`,
        group: 'ours',
        load: 'paced',
        endpoint: 'reading',
        task: {
          logger: 'loggers/publisher-streams',
          settings: { streams: count },
          ...{ bytes: 200, rate: RATE, seconds: scale.seconds(3), warmUpSeconds: 1 },
        },
        seconds: scale.seconds(3) + 2,
      }),
    ),
  columns: [
    { key: 'cpuUsPerEvent', title: 'CPU, µs/event', digits: 2 },
    { key: 'activeUsPerEvent', title: 'event loop active, µs/event', digits: 2 },
    { key: 'requestsPerSecond', title: 'requests/s' },
    { key: 'missing', title: 'not stored' },
  ],
  targets: [
    ratio('1,000 streams, CPU against one', 'cpuUsPerEvent', 'streams-1000', 'streams-1', 'at most', 2),
  ],
};
