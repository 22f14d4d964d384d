import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCloudWatchLogs, LocalOptions } from '../../packages/local/dist/index.js';
import { logGroupName, logStreamName } from '../loggers/aws.mjs';
import type { LoggingProcess } from './logging-process.js';
import { largeVerdict, type Outcome, orderVerdict, verdict } from './verdict.js';

/** The endpoint of a run, and the process that logs to it. */
interface Stage {
  readonly local: LocalCloudWatchLogs;
  readonly process: LoggingProcess;
}

/** Something that happens to a transport. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** What is done, for the page. */
  readonly about: string;
  readonly endpoint?: LocalOptions;
  /** Group and stream are not there at the start. */
  readonly isWithoutGroup?: boolean;
  /** Plays it; answers what is to stand in the table. */
  play(stage: Stage): Promise<string>;
}

/** Longest that lines are waited for; the slowest of the transports stores eight a second. */
export const PATIENCE_MS = 20_000;
/** How long what is stored twice is waited for. */
const QUIET_MS = 1500;
const LARGE_BYTES = 1_200_000;
const BAD_BYTES = 300_000;

export const SCENARIOS: readonly Scenario[] = [
  {
    id: 'order',
    title: 'order within a millisecond',
    about: '20 times 5 lines in one turn of the event loop.',
    async play(stage) {
      await stage.process.log({ from: 0, to: 100, perTurn: 5, everyMs: 50 });
      return orderVerdict(await outcomeOf(stage, range(0, 100)));
    },
  },
  {
    id: 'oversize',
    title: 'a line of 1.2 MB',
    about: 'It stands between 29 short ones; CloudWatch Logs takes 1,048,576 bytes.',
    play: (stage) => withLarge(stage, LARGE_BYTES),
  },
  {
    id: 'bad',
    title: 'one bad event in a batch',
    about:
      'The endpoint refuses a batch with an event above 256 KiB, as all did before April 2025; one line of 300 kB stands between 29 short ones.',
    endpoint: { maxEventBytes: 262_144 },
    play: (stage) => withLarge(stage, BAD_BYTES),
  },
  {
    id: 'missing',
    title: 'missing group',
    about:
      'Neither group nor stream is there; after 10 lines the group is deleted, and 20 lines follow. Creating them is switched on where that is an option.',
    isWithoutGroup: true,
    async play({ local, process }) {
      await process.log({ from: 0, to: 10 });
      await patiently({ local, process }, range(0, 10));
      const first = numbersIn(local);
      if (local.groups().length > 0) local.deleteLogGroup(logGroupName);
      await process.log({ from: 10, to: 30, perTurn: 5, everyMs: 500 });
      const { storedAlive, stored, crash } = await outcomeOf({ local, process }, range(10, 30));
      return verdict({
        logged: 30,
        storedAlive: [...first, ...storedAlive],
        stored: [...first, ...stored],
        crash,
      });
    },
  },
  {
    id: 'stolen',
    title: 'token stolen by another producer',
    about:
      'The endpoint enforces sequence tokens, as AWS did until January 2023 and some emulators do; another producer puts right before each of the first three puts. 50 lines.',
    endpoint: { sequenceTokens: 'enforced', faults: [{ kind: 'rival', times: 3 }] },
    play: (stage) => steadily(stage, 50, 10, 300),
  },
  {
    id: 'lost-answer',
    title: 'answers lost, AWS today',
    about:
      'A first line is stored; the two puts after it are stored, and their connections cut before the answer. 20 lines more.',
    endpoint: { faults: [{ kind: 'reset-after', after: 1, times: 2 }] },
    play: afterTheFirst,
  },
  {
    id: 'lost-answer-tokens',
    title: 'answers lost, tokens enforced',
    about: 'The same where sequence tokens are enforced.',
    endpoint: { sequenceTokens: 'enforced', faults: [{ kind: 'reset-after', after: 1, times: 2 }] },
    play: afterTheFirst,
  },
  {
    id: 'throttling',
    title: 'throttling of 10 s',
    about: 'Every put is answered with ThrottlingException for 10 s. 50 lines in the first 5 s.',
    endpoint: { faults: [{ kind: 'throttle' }] },
    play(stage) {
      const over = sleep(10_000).then(() => stage.local.faults.clear());
      return steadily(stage, 50, 1, 100, over);
    },
  },
  {
    id: 'outage',
    title: 'outage of 5 s',
    about: 'After a first line that is stored no connection is accepted for 5 s, while 100 lines are logged.',
    async play(stage) {
      await logTheFirst(stage);
      await stage.local.stop();
      const over = sleep(5000).then(() => stage.local.start());
      await stage.process.log({ from: 1, to: 101, perTurn: 1, everyMs: 50 });
      await over;
      return verdict(await outcomeOf(stage, range(0, 101)));
    },
  },
  {
    id: 'exit',
    title: '`process.exit()` right after logging',
    about: '100 lines and `process.exit()` in one turn of the event loop, with nothing called before it.',
    async play({ local, process }) {
      await process.log({ from: 0, to: 100, thenExit: true });
      await process.ended;
      const stored = numbersIn(local);
      return verdict({ logged: 100, storedAlive: stored, stored });
    },
  },
];

async function steadily(
  stage: Stage,
  lines: number,
  perTurn: number,
  everyMs: number,
  until: Promise<unknown> = Promise.resolve(),
): Promise<string> {
  await stage.process.log({ from: 0, to: lines, perTurn, everyMs });
  await until;
  return verdict(await outcomeOf(stage, range(0, lines)));
}

/** 20 lines, when a first one is stored. */
async function afterTheFirst(stage: Stage): Promise<string> {
  await logTheFirst(stage);
  await stage.process.log({ from: 1, to: 21 });
  return verdict(await outcomeOf(stage, range(0, 21)));
}

/** Logs a line and waits until it is stored, though not for ever: not every transport sends one that stands alone. */
async function logTheFirst({ local, process }: Stage): Promise<void> {
  await process.log({ from: 0, to: 1 });
  await local.waitFor(() => numbersIn(local).length > 0, { timeoutMs: 5000 }).catch(() => {});
}

/** 30 lines, of which the 15th is filled with so many bytes. */
async function withLarge(stage: Stage, fillBytes: number): Promise<string> {
  await stage.process.log({ from: 0, to: 15 });
  await stage.process.log({ from: 15, to: 16, fillBytes });
  await stage.process.log({ from: 16, to: 30 });
  const small = range(0, 30).filter((number) => number !== 15);
  const outcome = await outcomeOf(stage, small);
  const messages = stage.local.events({ logGroupName }).map(({ message }) => message);
  return `${verdict(outcome)}; ${largeVerdict(fillBytes, messages)}`;
}

/** What became of these lines, once they are all stored or have been waited for long enough, and the process has ended. */
async function outcomeOf({ local, process }: Stage, numbers: readonly number[]): Promise<Outcome> {
  const wanted = new Set(numbers);
  const only = () => numbersIn(local).filter((number) => wanted.has(number));
  const crash = await patiently({ local, process }, numbers);
  await sleep(QUIET_MS);
  const storedAlive = only();
  await process.end();
  return { logged: numbers.length, storedAlive, stored: only(), crash };
}

/** Waits until these lines are stored, for as long as patience lasts or the process lives; answers the last words of one that died. */
async function patiently({ local, process }: Stage, numbers: readonly number[]): Promise<string | undefined> {
  const isAll = () => {
    const stored = new Set(numbersIn(local));
    return numbers.every((number) => stored.has(number));
  };
  const waiting = local.waitFor(isAll, { timeoutMs: PATIENCE_MS }).then(
    () => undefined,
    () => undefined, // what is not there is told by the outcome
  );
  return Promise.race([waiting, process.ended]);
}

/** The numbers of the lines that are stored, in the order in which a reader sees them. */
function numbersIn(local: LocalCloudWatchLogs): number[] {
  return local.events({ logGroupName, logStreamName }).flatMap(({ message }) => {
    const number = /request (\d{8}) completed/.exec(message)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
