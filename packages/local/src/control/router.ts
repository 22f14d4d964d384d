import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LocalCloudWatchLogs } from '../endpoint/local.js';
import { ServiceError } from '../errors/service-error.js';
import { readBody } from '../requests/request-body.js';
import { refuseForeignWrite } from './foreign-write.js';
import { type ControlRequest, Parameters, type Route } from './route.js';

export type Routes = Readonly<Record<string, Route>>;

/** Answers the request by the route of its path, or returns false when there is none. */
export async function answerByRoute(
  routes: Routes,
  local: LocalCloudWatchLogs,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { path, parameters } = parse(request.url ?? '');
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (route === undefined) return false;
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-content-type-options', 'nosniff');
  try {
    await answer(route, local, request, response, parameters);
  } catch (error) {
    if (response.headersSent) {
      response.destroy();
      return true;
    }
    sendError(response, error);
  }
  return true;
}

async function answer(
  route: Route,
  local: LocalCloudWatchLogs,
  request: IncomingMessage,
  response: ServerResponse,
  parameters: Parameters,
): Promise<void> {
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
  const handler = Object.hasOwn(route, method) ? route[method as keyof Route] : undefined;
  if (handler === undefined) {
    const allowed = Object.keys(route).join(', ');
    response.setHeader('allow', allowed);
    throw new ServiceError('MethodNotAllowedException', `${request.url} answers ${allowed}.`, {
      status: 405,
    });
  }
  if (method !== 'GET') refuseForeignWrite(request.headers);
  const body = await readBody(request);
  const asked: ControlRequest = { parameters, body, response, local };
  const result = await handler(asked);
  if (result !== undefined && !response.headersSent) sendJson(response, 200, result);
}

function parse(url: string): { path: string; parameters: Parameters } {
  const at = url.indexOf('?');
  const path = at === -1 ? url : url.slice(0, at);
  return { path, parameters: new Parameters(at === -1 ? '' : url.slice(at + 1)) };
}

/** Mistakes of the caller, thrown as a TypeError by the checks of options and faults, are answered as such. */
function sendError(response: ServerResponse, error: unknown): void {
  const refused =
    error instanceof ServiceError
      ? error
      : error instanceof TypeError
        ? new ServiceError('InvalidParameterException', error.message)
        : new ServiceError('InternalFailure', String(error), { status: 500 });
  const { code, message, status, fields } = refused;
  // The rest of the body, unread, would be taken for the next request.
  if (!response.req.complete) response.setHeader('connection', 'close');
  sendJson(response, status, { __type: code, message, ...fields });
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  const body = `${JSON.stringify(value)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
