import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A new directory, removed when the test ends. */
export function directory(t: { after: (remove: () => void) => void }): string {
  const made = mkdtempSync(path.join(os.tmpdir(), 'cloudwatch-logs-data-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** The files with records in a directory, first to last. */
export function logFiles(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.startsWith('log-'));
  return names.sort().map((name) => path.join(folder, name));
}

export function bytesIn(folder: string): number {
  return logFiles(folder).reduce((sum, file) => sum + statSync(file).size, 0);
}
