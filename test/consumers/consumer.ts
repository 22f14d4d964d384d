import { execFile, spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { tarballs, temporaryFolder } from './tarballs.ts';

/** What a program printed, and how it ended. */
export interface Ended {
  readonly code: number | string;
  readonly output: string;
}

/** A fresh project outside of the repository, with the packed packages installed by npm. */
export class Consumer {
  readonly folder = temporaryFolder();

  /** @param files the folder with what is in the project besides */
  constructor(files?: URL) {
    writeFileSync(path.join(this.folder, 'package.json'), '{ "private": true }\n');
    if (files) cpSync(fileURLToPath(files), this.folder, { recursive: true });
  }

  /** Installs the packages and these others; answers why that cannot be done, if the machine has no network. */
  install(others: readonly string[]): string | undefined {
    return this.installOnly([...tarballs().values(), ...others]);
  }

  /** Installs these and not the packages. */
  installOnly(names: readonly string[]): string | undefined {
    const packages = names.map((name) => `"${name}"`).join(' ');
    // One string and a shell, because npm is a .cmd file on Windows.
    const npm = spawnSync(`npm install --prefer-offline --no-audit --no-fund --no-package-lock ${packages}`, {
      cwd: this.folder,
      shell: true,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (npm.status === 0) return undefined;
    const lacking =
      /npm error (?:code (?:E40[34]|E5\d\d|ENOTFOUND|EAI_AGAIN|ENETUNREACH|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ETARGET|EINTEGRITY|ENOTCACHED)\b)/;
    if (lacking.test(npm.stderr))
      return `npm cannot get some of the packages here (${lacking.exec(npm.stderr)?.[0]})`;
    throw new Error(`npm install failed:\n${npm.stdout}${npm.stderr}`);
  }

  /** Runs a file of this folder with Node.js. */
  run(file: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.execute(process.execPath, [path.join(this.folder, file), ...args], env);
  }

  /** Runs a program in this folder, or in another one. */
  execute(
    program: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    { cwd = this.folder, timeoutMs = 180_000 }: { readonly cwd?: string; readonly timeoutMs?: number } = {},
  ): Promise<Ended> {
    const options = { cwd, env: { ...process.env, ...env }, timeout: timeoutMs };
    return new Promise((resolve) => {
      execFile(program, args, options, (error, stdout, stderr) => {
        resolve({ code: error?.code ?? error?.signal ?? 0, output: stdout + stderr });
      });
    });
  }
}

/** The environment in which programs that say nothing about AWS reach this endpoint. */
export function environmentFor({ endpoint }: { readonly endpoint: string }): NodeJS.ProcessEnv {
  return {
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    // On Node.js 20 the SDK warns of the day when it will need a newer one.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}
