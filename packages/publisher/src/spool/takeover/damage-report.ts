import type { DirectoryScan } from '../files/directory-scan.js';
import type { Recovery } from '../spool-options.js';

/** One line on what was found damaged in the directories of dead owners, if anything was. */
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
