import { execFile, spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { packInto, temporaryFolder } from './tarballs.ts';

/** What a program printed, and how it ended. */
export interface Ended {
  readonly code: number | string;
  readonly output: string;
}

/** A folder outside of the repository with the packed packages installed by npm, and the apps of `apps/` in it. */
export class Consumer {
  readonly folder = temporaryFolder();

  /** Installs the packages and these others; answers why that cannot be done, if the machine has no network. */
  install(others: readonly string[]): string | undefined {
    const tarballs = packInto(path.join(this.folder, 'tarballs')).values();
    writeFileSync(path.join(this.folder, 'package.json'), '{ "private": true }\n');
    // One string and a shell, because npm is a .cmd file on Windows.
    const packages = [...tarballs, ...others].map((name) => `"${name}"`).join(' ');
    const npm = spawnSync(`npm install --prefer-offline --no-audit --no-fund --no-package-lock ${packages}`, {
      cwd: this.folder,
      shell: true,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (npm.status !== 0) {
      if (/ENOTFOUND|EAI_AGAIN|ENETUNREACH|ECONNREFUSED|ETIMEDOUT/.test(npm.stderr)) {
        return 'npm cannot reach a registry, and its cache lacks some of the packages';
      }
      throw new Error(`npm install failed:\n${npm.stdout}${npm.stderr}`);
    }
    cpSync(fileURLToPath(new URL('./apps', import.meta.url)), this.folder, { recursive: true });
    return undefined;
  }

  /** Runs a file of this folder with Node.js. */
  run(file: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.execute(process.execPath, [path.join(this.folder, file), ...args], env);
  }

  /** Runs a program in this folder. */
  execute(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const options = { cwd: this.folder, env: { ...process.env, ...env }, timeout: 60_000 };
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
