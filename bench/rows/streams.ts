import { bound, type Case, type Row, ratio } from '../harness/row.js';

const STREAMS = [1, 20, 1000];
const RATE = 10_000;
const WARM_UP_SECONDS = 22; // until each of 1,000 streams had its turn
const SECONDS = 10;

export const streams: Row = {
  name: 'streams',
  title: 'One stream, 20 and 1,000 at 10,000 events a second in total',
  about:
    'The publisher alone, 200 B lines that go to the streams in turn. Beyond 50 streams a second they take turns, so that 1,000 ' +
    `streams have each had one after 20 s: what is measured is ${SECONDS} s after ${WARM_UP_SECONDS} s, while logging goes on. All cases run at ` +
    'the same time, because it is CPU time that is measured.',
  together: true,
  cases: (scale) =>
    STREAMS.map((count): Case => {
      const seconds = scale.seconds(SECONDS);
      const warmUpSeconds = scale.seconds(WARM_UP_SECONDS);
      return {
        id: `streams-${count}`,
        label: `**publisher**, ${count.toLocaleString('en-US')} ${count === 1 ? 'stream' : 'streams'}`,
        group: 'ours',
        load: 'steady',
        endpoint: 'reading',
        task: {
          logger: 'loggers/publisher-streams',
          settings: { streams: count },
          ...{ bytes: 200, rate: RATE, seconds, warmUpSeconds },
        },
        seconds: seconds + warmUpSeconds + 3,
      };
    }),
  columns: [
    { key: 'cpuUsPerEvent', title: 'CPU, µs/event', digits: 2 },
    { key: 'activeUsPerEvent', title: 'event loop active, µs/event', digits: 2 },
    { key: 'requestsPerSecond', title: 'requests/s', digits: 1 },
    { key: 'storedByLogged', title: 'stored by logged meanwhile', digits: 2 },
    { key: 'missing', title: 'not stored at the end' },
  ],
  targets: [
    ratio('1,000 streams, CPU against one', 'cpuUsPerEvent', 'streams-1000', 'streams-1', 'at most', 2),
    bound('1,000 streams, requests a second', 'requestsPerSecond', 'streams-1000', 'at most', 60, ''),
  ],
};
