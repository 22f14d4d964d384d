import { styleText } from 'node:util';
import type { LocalCloudWatchLogs } from '../endpoint/local.js';
import { compileFilterPattern } from '../filter-pattern/compile.js';

/** Sequences that set colours may stay; everything else that a terminal takes for a command is shown as text. */
const COMMAND = /\u001b(?!\[[\d;]*m)|[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g;

/**
 * Prints the events that match as they come in, one a line: time, group, stream, message.
 * The pattern is known to be one.
 */
export function tailEvents(local: LocalCloudWatchLogs, pattern: string, print: (line: string) => void): void {
  const { matches } = compileFilterPattern(pattern);
  const subscription = local.subscribe({
    onEvents: () => {
      const { lost, puts } = subscription.take();
      if (lost > 0) print(faint(`(${lost} events came too fast to be printed; they are stored)`));
      for (const { events, logGroupName, logStreamName } of puts) {
        for (const { message, timestamp } of events) {
          if (!matches(message)) continue;
          const head = `${new Date(timestamp).toISOString()} ${logGroupName} ${printable(logStreamName)}`;
          print(`${faint(head)} ${printable(message.trimEnd())}`);
        }
      }
    },
  });
}

function printable(text: string): string {
  return text.replace(COMMAND, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function faint(text: string): string {
  return process.stdout.isTTY ? styleText('dim', text) : text;
}
