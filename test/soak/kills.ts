import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startLocal } from 'cloudwatch-logs-local';
import { logGroupName } from '../fixtures/endpoint.js';
import { checkLaw, Producer } from '../spool/producers.js';
import { nextFault, randomOf } from './scenario.js';

const FAULT_EVERY_MS = 300;

/**
 * Kills processes with a spool in mode `always`, one after the other, while things go wrong at the endpoint; the last one
 * ends by itself on an endpoint that is well.
 *
 * @returns what did not hold, in plain words
 */
export async function violationsOfKills(t: TestContext, seed: number, kills: number): Promise<string[]> {
  const random = randomOf(seed);
  const sequenceTokens = random() < 0.5 ? 'enforced' : 'ignored';
  const local = await startLocal({ sequenceTokens, seed });
  const directory = mkdtempSync(path.join(os.tmpdir(), 'soak-kills-'));
  t.after(async () => {
    await local.close();
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  });
  const options = { requestTimeoutMs: 1000, closeTimeoutMs: 60_000 };
  const written: number[] = [];
  let copiesCounted = 0;
  for (let run = 0; run < kills; run++) {
    const producer = new Producer(t, {
      endpoint: local.endpoint,
      directory,
      mode: 'always',
      run,
      rate: 1000,
      options,
    });
    await producer.hasWritten();
    for (let left = 500 + random() * 1500; left > 0; left -= FAULT_EVERY_MS) {
      local.faults.set([nextFault(random)]);
      await wait(Math.min(left, FAULT_EVERY_MS));
    }
    await producer.kill();
    written.push(producer.written);
    copiesCounted += producer.copies;
  }
  local.faults.set([]);
  const last = new Producer(t, {
    endpoint: local.endpoint,
    directory,
    mode: 'always',
    run: kills,
    events: 100,
    options,
  });
  const { closed, stats } = await last.ended();
  checkLaw(stats);
  written.push(100);
  copiesCounted += last.copies;

  const found: string[] = [];
  if (closed.pending > 0) found.push(`${closed.pending} still wait at the end`);
  const copies = new Map<string, number>();
  for (const { message } of local.events({ logGroupName })) {
    const key = message.split(' ').slice(0, 2).join(' ');
    copies.set(key, (copies.get(key) ?? 0) + 1);
  }
  for (const [run, count] of written.entries()) {
    const lost = Array.from({ length: count }, (_, i) => i + 1).filter(
      (number) => !copies.has(`${run} ${number}`),
    );
    if (lost.length > 0) found.push(`run ${run}: ${lost.length} of ${count} lost, the first is ${lost[0]}`);
  }
  const duplicated = [...copies.values()].reduce((sum, count) => sum + count - 1, 0);
  if (duplicated > copiesCounted)
    found.push(`${duplicated} stored twice, ${copiesCounted} counted as possible`);
  t.diagnostic(
    `kills, seed ${seed}, tokens ${sequenceTokens}: ${written.reduce((sum, n) => sum + n, 0)} written, ` +
      `${duplicated} stored twice, ${copiesCounted} counted as possible`,
  );
  return found;
}
