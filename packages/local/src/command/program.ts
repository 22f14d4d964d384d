import { spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';

/** Signals that are meant for the program as much as for this process. */
const PASSED_ON = ['SIGTERM', 'SIGHUP', 'SIGUSR2'] as const;

/**
 * Runs a program with the given environment beside that of this process, its streams those of this process.
 * @returns its exit code, as a shell would tell it: 127 when it is not there, 126 when it cannot be run, 128 and the
 * number of the signal that ended it
 */
export async function runProgram(
  [file = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  // An SDK that is told a profile takes its credentials from there, whatever else the environment says.
  const env = { ...process.env, AWS_PROFILE: undefined, ...environment };
  const child = spawn(file, args, { stdio: 'inherit', env });
  // A terminal sends SIGINT to the program as well. This process stays until the program has ended as it likes.
  const ignore = (): void => {};
  process.on('SIGINT', ignore);
  const passOn = PASSED_ON.map((signal) => {
    const listener = (): void => void child.kill(signal);
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return signal === null ? (code ?? 0) : 128 + os.constants.signals[signal];
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    console.error(
      missing
        ? `cloudwatch-logs-local: there is no program '${file}'`
        : `cloudwatch-logs-local: '${file}' cannot be run: ${(error as Error).message}`,
    );
    return missing ? 127 : 126;
  } finally {
    process.off('SIGINT', ignore);
    for (const stop of passOn) stop();
  }
}
