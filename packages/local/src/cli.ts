#!/usr/bin/env node
import { type Arguments, DEFAULT_PORT, HELP, readArguments } from './command/arguments.js';
import { openBrowser } from './command/browser.js';
import { runProgram } from './command/program.js';
import { requestLine } from './command/request-line.js';
import { tailEvents } from './command/tail.js';
import type { LocalCloudWatchLogs } from './endpoint/local.js';
import type { LocalOptions } from './endpoint/options.js';
import { VERSION } from './endpoint/version.js';
import { isLoopback } from './requests/loopback.js';
import { startLocal } from './start.js';

async function main(): Promise<void> {
  const given = readArguments(process.argv.slice(2), process.env);
  if (given.help || given.version) {
    process.stdout.write(given.help ? HELP : `${VERSION}\n`);
    return;
  }
  const local = await start(given);
  // Standard output belongs to the program, if there is one.
  const print = given.program === undefined ? console.log : console.error;
  warnAboutHost(local, given.options.host);
  if (given.tail !== undefined) tailEvents(local, given.tail, print);
  if (given.logRequests) local.on('request', (record) => print(requestLine(record)));
  if (given.open) openBrowser(local.endpoint);
  if (given.program !== undefined) {
    console.error(`CloudWatch Logs at ${local.endpoint}`);
    process.exitCode = await runProgram(given.program, local.environment());
    await local.close();
    return;
  }
  announce(local, given.options);
  local.on('stream', ({ logGroupName, logStreamName }) => {
    // Quoted, because a stream name may hold control characters.
    print(`new stream: ${JSON.stringify(logStreamName)} in ${logGroupName}`);
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      // Nothing else keeps the process alive; it ends with code 0.
      void local.close();
    });
  }
}

async function start({ options, portGiven, program }: Arguments): Promise<LocalCloudWatchLogs> {
  try {
    return await startLocal(options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    // A program is told the port, so any will do.
    if (program !== undefined && !portGiven) return startLocal({ ...options, port: 0 });
    throw new Error(
      `port ${options.port} is in use, perhaps by another cloudwatch-logs-local; take another with ` +
        `--port ${(options.port ?? DEFAULT_PORT) + 1}, or any that is free with --port 0`,
    );
  }
}

function announce(
  local: LocalCloudWatchLogs,
  { console: hasConsole, data, faults = [] }: LocalOptions,
): void {
  console.log(`CloudWatch Logs at ${local.endpoint}`);
  if (hasConsole) console.log('Open it in a browser to watch the logs.');
  console.log('Point an application at it with:');
  const { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS, AWS_DISABLE_HOST_PREFIX_INJECTION, ...rest } =
    local.environment();
  console.log(`  export AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=${AWS_ENDPOINT_URL_CLOUDWATCH_LOGS}`);
  console.log(`  export AWS_REGION=${rest.AWS_REGION} AWS_DEFAULT_REGION=${rest.AWS_DEFAULT_REGION}`);
  if (local.clientConfig().credentials.accessKeyId === 'local') {
    console.log('  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local');
  }
  console.log('  export AWS_DISABLE_HOST_PREFIX_INJECTION=true');
  if (faults.length > 0) console.log(`Faults are on, seed ${local.seed}.`);
  if (data !== undefined) console.log(`Logs are kept in ${data}: ${local.stats().events} events are there.`);
}

function warnAboutHost(local: LocalCloudWatchLogs, host: string | undefined): void {
  if (host === undefined || isLoopback(host)) return;
  console.error(
    `cloudwatch-logs-local: ${host} is not this machine alone: everyone who reaches port ${local.port} can read, ` +
      'write and delete the logs here.',
  );
}

main().catch((error: Error) => {
  console.error(`cloudwatch-logs-local: ${error.message}`);
  process.exitCode = 1;
});
