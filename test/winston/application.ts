import type { CloudWatchTransportOptions } from 'winston-cloudwatch-logs';
import { Application as AnyApplication } from '../fixtures/application.js';

/** What an application of these tests is told to do; see `apps/scenario.cjs`. Plain data. */
export interface Scenario {
  readonly ending: string;
  readonly lines: number;
  readonly options: CloudWatchTransportOptions;
  readonly loggerOptions?: { readonly exitOnError?: boolean };
}

/** An application that logs with winston. */
export class Application extends AnyApplication {
  constructor(scenario: Scenario, format: 'mjs' | 'cjs' = 'mjs') {
    super(new URL(`./apps/app.${format}`, import.meta.url), scenario);
  }
}

/** Options of the transport for an endpoint on this machine. */
export function optionsFor(endpoint: string, logGroupName: string): CloudWatchTransportOptions {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return { logGroupName, logStreamName: 'one', aws: { endpoint, region: 'us-east-1', credentials } };
}
