import type { DirectoryScan } from '../files/directory-scan.js';
import type { Recovery } from '../spool-options.js';

// Lines for people on what dead owners left, each with what to do.

/** The command that a person types to look into a spool directory, or to send what is in it. */
export function commandLine(command: 'list' | 'replay', root: string): string {
  const directory = /^[\w./@%+=:,-]+$/.test(root) ? root : `'${root.replaceAll("'", "'\\''")}'`;
  return `npx -p cloudwatch-logs-publisher cloudwatch-logs-spool ${command} ${directory}`;
}

/** The damage in the directories that were taken over, if there was any. */
export function damageReport(
  root: string,
  scans: readonly DirectoryScan[],
  recovery: Recovery,
  problems: readonly string[],
): string | undefined {
  let corruptFrames = 0;
  let tornBytes = 0;
  let damagedLedgers = 0;
  const unreadable: string[] = [...problems];
  for (const scan of scans) {
    corruptFrames += scan.corruptFrames;
    tornBytes += scan.tornBytes;
    if (scan.ledger.damagedPlaces > 0) damagedLedgers += 1;
    unreadable.push(...scan.unreadable);
  }
  const parts: string[] = [];
  if (corruptFrames > 0) parts.push(`${corruptFrames} corrupt frames skipped`);
  if (tornBytes > 0) parts.push(`${tornBytes} bytes of unfinished writes cut off`);
  if (damagedLedgers > 0) parts.push(`${damagedLedgers} damaged ledgers, so some events may be sent twice`);
  if (unreadable.length > 0) parts.push(`not readable: ${unreadable.join(', ')}`);
  if (parts.length === 0) return undefined;
  const saved = `${recovery.events} events of ${recovery.directories} earlier owners recovered`;
  return `Spool ${root}: ${saved}; ${parts.join('; ')}.`;
}

/** @param names of what a newer version wrote; at least one */
export function newerReport(root: string, names: readonly string[]): string {
  const [first = ''] = names;
  const others = names.length > 1 ? ` and ${names.length - 1} more` : '';
  return (
    `Spool ${root}: ${first}${others} is of a newer version of cloudwatch-logs-publisher. It stays as it is, and ` +
    'that version will send what is in it.'
  );
}

/** @param what is not trusted and why: a name, and what is wrong with it */
export function distrustReport(root: string, what: string): string {
  return (
    `Spool ${root}: ${what}, so it is left alone: it may not be what a publisher of this user wrote. ` +
    `Look at it with: ${commandLine('list', root)}`
  );
}

/** A directory that is larger than the spool may be is left to the command. */
export function tooLargeReport(root: string, bytes: number, maxBytes: number): string {
  return (
    `Spool ${root}: ${bytes} bytes that an earlier process left stay where they are, as maxBytes is ${maxBytes}. ` +
    `Raise it, or send them with: ${commandLine('replay', root)}`
  );
}
