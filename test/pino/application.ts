import type { CloudWatchTransportOptions } from 'pino-cloudwatch-logs';
import { Application as AnyApplication } from '../fixtures/application.js';

/** What an application of these tests is told to do; see `apps/scenario.cjs`. */
export interface Scenario {
  readonly mode: 'worker' | 'this build' | 'targets' | 'in-process';
  readonly ending: string;
  readonly lines: number;
  readonly options: CloudWatchTransportOptions;
  readonly loggerOptions?: object;
  /** Wait until the worker has started before anything is logged. */
  readonly warmUp?: boolean;
}

/** An application that logs with pino. */
export class Application extends AnyApplication {
  constructor(scenario: Scenario, format: 'mjs' | 'cjs' = 'mjs') {
    super(new URL(`./apps/app.${format}`, import.meta.url), scenario);
  }
}

/** Options of the transport for an endpoint on this machine. */
export function optionsFor(endpoint: string, logGroupName: string): CloudWatchTransportOptions {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return { logGroupName, logStreamName: 'first', aws: { endpoint, region: 'us-east-1', credentials } };
}
