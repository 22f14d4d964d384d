#!/usr/bin/env node
import { writeSync } from 'node:fs';
import { Publisher } from 'cloudwatch-logs-publisher';
import { lostEvents, versionOf } from 'cloudwatch-logs-publisher/worker';
import { HELP, readCommand } from './cli-flags.js';
import { levelNames } from './line-reader.js';
import { LineSplitter } from './line-splitter.js';
import { publishLine, publishLineWhenRoom } from './publish-line.js';

// After a signal the application at the other end of the pipe may still write its last lines.
const LAST_LINES_MS = 1000;

async function main(): Promise<void> {
  const [first, ...others] = process.argv.slice(2);
  if (first === 'doctor') {
    const { doctorCommand } = await import('cloudwatch-logs-publisher/doctor');
    process.exitCode = await doctorCommand(others, process, 'pino-cloudwatch-logs');
    return;
  }
  const { options, timeKey, echo, wait, help, version } = readCommand(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  if (version) {
    process.stdout.write(`${versionOf('pino-cloudwatch-logs', import.meta.url)}\n`);
    return;
  }
  const publisher = new Publisher(options);
  const streams = new Map<string, Set<string>>();
  publisher.on('batch', ({ logGroupName, logStreamName }) => {
    const known = streams.get(logGroupName) ?? new Set();
    streams.set(logGroupName, known.add(logStreamName));
  });
  let link: string | undefined;
  publisher.on('started', (place) => {
    link ??= place.console;
  });
  const { closeTimeoutMs = 8_000 } = options;
  const signalled = endInputOnSignal(closeTimeoutMs, () => void publisher.close({ timeoutMs: 0 }));
  await readInput(publisher, {
    timeKey,
    echo,
    wait,
  });
  // Who waits for room waits for the end, too; a signal says that there is no more time.
  while (wait && !signalled.by && (await publisher.flush()).pending > 0);
  await publisher.close();
  const { delivered, dropped, received } = publisher.stats();
  if (received > 0) say(summary(delivered, streams));
  if (link !== undefined) say(link);
  const lost = lostEvents(publisher.stats());
  // What the end came too early for is told by the publisher itself.
  if (lost > dropped.shutdown) say(`${lost} of ${received} events were not delivered.`);
  if (lost > 0) process.exitCode = 1;
  // Passes the signal on: whoever started this process sees it end by it.
  if (signalled.by && lost === 0) process.kill(process.pid, signalled.by);
}

/** How many events are stored, and where: the streams by their groups. */
function summary(events: number, streams: ReadonlyMap<string, ReadonlySet<string>>): string {
  const names = [...streams.values()].flatMap((some) => [...some]);
  const stream = names.length === 1 ? `log stream "${names[0]}"` : `${names.length} log streams`;
  const groups = [...streams.keys()];
  const group = groups.length === 1 ? `log group "${groups[0]}"` : `${groups.length} log groups`;
  return `${events} ${events === 1 ? 'event' : 'events'} stored${events > 0 ? ` in ${stream} of ${group}` : ''}.`;
}

interface Reading {
  readonly timeKey: string | undefined;
  readonly echo: boolean;
  /** Take no line before there is room for it. */
  readonly wait: boolean;
}

async function readInput(publisher: Publisher, { timeKey, echo, wait }: Reading): Promise<void> {
  const format = { levels: levelNames(), timeKey };
  let read: string[] = [];
  const lines = new LineSplitter((line) => read.push(line));
  const publishRead = async () => {
    for (const line of read) {
      if (wait) await publishLineWhenRoom(publisher, format, line);
      else publishLine(publisher, format, line);
    }
    read = [];
  };
  try {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      if (echo) process.stdout.write(chunk);
      lines.write(chunk);
      await publishRead();
    }
  } catch (error) {
    // stdin was destroyed by a signal; any other failure ends the input just the same, and is told.
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_STREAM_PREMATURE_CLOSE') say(`stdin: ${message}`);
  }
  lines.end();
  await publishRead();
}

/** On the first signal the input ends soon, and whoever waits for room with it; a second one ends the process at once. */
function endInputOnSignal(timeoutMs: number, onOver: () => void): { by?: NodeJS.Signals } {
  const signalled: { by?: NodeJS.Signals } = {};
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      signalled.by ??= signal;
      setTimeout(() => process.stdin.destroy(), LAST_LINES_MS).unref();
      setTimeout(onOver, LAST_LINES_MS + timeoutMs).unref();
    });
  }
  return signalled;
}

function say(text: string): void {
  writeSync(2, `pino-cloudwatch-logs: ${text}\n`);
}

// With a reader that is gone (`| head`) there is nobody to echo to; the logs go on.
process.stdout.on('error', () => {});

main().catch((error: Error) => {
  say(error.message);
  process.exitCode = 1;
});
