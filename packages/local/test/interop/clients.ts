import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { LocalCloudWatchLogs } from '../../src/index.ts';

const exec = promisify(execFile);

/** `false` when the command works, else the reason to skip, as `skip` takes it. */
export function missing(what: string, command: string, ...args: string[]): string | false {
  const { status } = spawnSync(command, args, { stdio: 'ignore' });
  return status === 0 ? false : `${what} is not on this machine`;
}

/** Runs a client against the endpoint. Its exit code is not 0 where the client was refused. */
export async function run(
  local: LocalCloudWatchLogs,
  command: string,
  args: readonly string[],
  variables: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, ...local.environment(), ...variables };
  try {
    const { stdout, stderr } = await exec(command, args, { env });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    return { code: typeof code === 'number' ? code : -1, out: stdout ?? '', err: stderr ?? '' };
  }
}
