import { readFileSync } from 'node:fs';
import { type Contender, PINO_WORKER, WINSTON_IN_PROCESS } from '../rows/contenders.js';
import { OTHER_LOGGERS, PINO_OTHERS, WINSTON_OTHERS } from '../rows/others.js';

/** A transport of the comparison, with the package that it is in. */
export interface Compared {
  readonly contender: Contender;
  readonly packageName: string;
  readonly version: string;
}

const OTHERS: Readonly<Record<string, string>> = {
  'winston-cloudwatch': 'winston-cloudwatch',
  'winston-aws-cloudwatch': 'winston-aws-cloudwatch',
  'pino-cloudwatch': 'pino-cloudwatch',
  serdnam: '@serdnam/pino-cloudwatch-transport',
  logtape: '@logtape/cloudwatch-logs',
  loglayer: '@loglayer/transport-aws-cloudwatch-logs',
};

/** Those of this project first, each at its defaults. */
export function compared(): readonly Compared[] {
  const others = [...WINSTON_OTHERS, ...PINO_OTHERS, ...OTHER_LOGGERS];
  const { dependencies } = manifest('../contenders/package.json');
  return [
    { contender: PINO_WORKER, packageName: 'pino-cloudwatch-logs', ...ownVersion('pino') },
    { contender: WINSTON_IN_PROCESS, packageName: 'winston-cloudwatch-logs', ...ownVersion('winston') },
    ...Object.entries(OTHERS).map(([id, packageName]) => {
      const contender = others.find((one) => one.id === id);
      if (contender === undefined) throw new Error(`rows/others.ts has no ${id}`);
      return { contender, packageName, version: dependencies?.[packageName] ?? '' };
    }),
  ];
}

function ownVersion(folder: string): { readonly version: string } {
  return { version: manifest(`../../packages/${folder}/package.json`).version ?? '' };
}

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifest(path: string): Manifest {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
}
