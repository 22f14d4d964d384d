import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { ControlRequest, Route } from '../control/route.js';
import { answerByRoute, type Routes } from '../control/router.js';
import { type LocalCloudWatchLogs, type Pages, partsOf } from '../endpoint/local.js';
import { invalidParameter, ServiceError } from '../errors/service-error.js';
import { Input } from '../requests/input.js';
import { sendDownload } from './download.js';
import { QUERY_PARAMETERS, readEventQuery, readPatterns } from './event-query.js';
import { IngestCounts } from './ingest-counts.js';
import { sendLive } from './live.js';
import { overview, streamsOf } from './overview.js';
import { PatternCounts } from './pattern-counts.js';
import { readPlace } from './places.js';
import { findEvent, searchPage } from './search.js';

const MAX_PAGE_EVENTS = 2000;
const MAX_STEPS = 1000;
/** How long a chart waits for counts to be complete. */
const COUNT_MS = 300;
const MAX_TIME = Number.MAX_SAFE_INTEGER;

/** Operations that the console asks for; it changes nothing else. */
const CONSOLE_OPERATIONS = [
  'CreateLogGroup',
  'CreateLogStream',
  'DeleteLogGroup',
  'DeleteLogStream',
  'PutRetentionPolicy',
  'DeleteRetentionPolicy',
  'PutLogGroupDeletionProtection',
  'TagResource',
  'UntagResource',
];

/**
 * The console's page and what it asks for. Its files are read, and what arrives is counted, from the first request on:
 * an endpoint whose console nobody opens pays nothing for it.
 */
export function consolePages(): Pages {
  let routes: Routes | undefined;
  return (local, request, response) => {
    routes ??= { ...FILE_ROUTES, ...dataRoutes(local) };
    return answerByRoute(routes, local, request, response);
  };
}

function dataRoutes(local: LocalCloudWatchLogs): Routes {
  const parts = partsOf(local);
  const { home, service, store } = parts;
  let counted: IngestCounts | undefined;
  const counts = (): IngestCounts => {
    counted ??= new IngestCounts(store, (options) => local.subscribe(options));
    return counted;
  };
  const matching = new PatternCounts(
    (matches) => new IngestCounts(store, (options) => local.subscribe(options), matches),
  );
  const describe = (): object => {
    counts().forgetDeleted(store);
    return overview(local, store, home, counts());
  };
  return {
    '/_local/console/live': {
      GET: ({ parameters, response }) => {
        parameters.only(...QUERY_PARAMETERS, 'since');
        const since = parameters.integer('since', { min: 0, max: MAX_TIME }) ?? 0;
        sendLive(local, response, readEventQuery(parameters), home, { since, overview: describe });
        return undefined;
      },
    },
    '/_local/console/search': {
      GET: ({ parameters }) => {
        parameters.only(...QUERY_PARAMETERS, 'direction', 'cursor', 'limit');
        const direction = parameters.oneOf('direction', ['forward', 'backward']) ?? 'backward';
        const limit = parameters.integer('limit', { min: 1, max: MAX_PAGE_EVENTS }) ?? MAX_PAGE_EVENTS;
        const cursor = parameters.text('cursor');
        return searchPage(readEventQuery(parameters), { direction, cursor, limit }, parts);
      },
    },
    '/_local/console/event': {
      GET: ({ parameters }) => {
        parameters.only('in', 'id');
        const event = findEvent(
          required(parameters.text('in'), 'in'),
          required(parameters.text('id'), 'id'),
          parts,
        );
        if (event === undefined)
          throw new ServiceError('ResourceNotFoundException', 'The event is not there any more.');
        return event;
      },
    },
    '/_local/console/streams': {
      GET: ({ parameters }) => {
        parameters.only('in');
        return streamsOf(required(parameters.text('in'), 'in'), store, home, counts());
      },
    },
    '/_local/console/histogram': {
      GET: async ({ parameters }) => {
        parameters.only('in', 'pattern', 'from', 'to', 'steps');
        const from = parameters.integer('from', { min: 0, max: MAX_TIME }) ?? 0;
        const to = parameters.integer('to', { min: from + 1, max: MAX_TIME }) ?? from + 1;
        const steps = parameters.integer('steps', { min: 1, max: MAX_STEPS }) ?? 100;
        const patterns = readPatterns(parameters);
        const counted = patterns.length === 0 ? counts() : matching.of(patterns, parameters.texts('pattern'));
        // A search of all that is stored may take long: what is counted so far is shown meanwhile.
        await Promise.race([counted.ready, delay(COUNT_MS, undefined, { ref: false })]);
        counted.forgetDeleted(store);
        const { complete } = counted;
        return { ...counted.histogram(parameters.texts('in'), from, to, steps, home), complete };
      },
    },
    '/_local/console/download': {
      GET: async ({ parameters, response }) => {
        parameters.only(...QUERY_PARAMETERS, 'format');
        const format = parameters.oneOf('format', ['ndjson', 'text']) ?? 'ndjson';
        await sendDownload(readEventQuery(parameters), format, response, parts);
        return undefined;
      },
    },
    '/_local/console/operation': {
      POST: ({ body, parameters }) => {
        parameters.only('name', 'in');
        const name = parameters.oneOf('name', CONSOLE_OPERATIONS) ?? '';
        const { account } = readPlace(parameters.text('in') ?? '', home);
        return service.operate(name, Input.parse(body.toString()), account) ?? {};
      },
    },
  };
}

function required(value: string | undefined, name: string): string {
  if (value === undefined) throw invalidParameter(`${name} is required.`);
  return value;
}

const inflate = promisify(gunzip);

function file(name: string): Route {
  return {
    GET: async ({ response }: ControlRequest) => {
      // Read when it is asked for: a program that only runs tests never loads it.
      const { FILES } = await import('./bundle.generated.js');
      const { gzip = '', type = '' } = FILES[name] ?? {};
      protect(response);
      const compressed = Buffer.from(gzip, 'base64');
      const accepts = /\bgzip\b/.test(String(response.req.headers['accept-encoding'] ?? ''));
      const body = accepts ? compressed : await inflate(compressed);
      response.writeHead(200, {
        'content-type': type,
        'content-length': body.length,
        ...(accepts && { 'content-encoding': 'gzip' }),
        vary: 'accept-encoding',
      });
      response.end(body);
      return undefined;
    },
  };
}

/** Log messages are text of strangers: nothing that came with one may run, load or frame anything. */
function protect(response: ServerResponse): void {
  response.setHeader(
    'content-security-policy',
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  );
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
}

const FILE_ROUTES: Routes = {
  '/': file('index.html'),
  '/_local/console/console.js': file('console.js'),
  '/_local/console/console.css': file('console.css'),
  '/_local/console/icon.svg': file('icon.svg'),
  '/favicon.ico': file('icon.svg'),
};
