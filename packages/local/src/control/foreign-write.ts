import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '../errors/service-error.js';

/**
 * Refuses a write that a page of another site may have sent. A page can send a plain POST anywhere; one with
 * `content-type: application/json` only after the browser has asked with OPTIONS, which is not answered here.
 */
export function refuseForeignWrite(headers: IncomingHttpHeaders): void {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw forbidden('Send the header content-type: application/json with requests that change something.');
  }
  const { origin, host } = headers;
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    throw forbidden(`A page of ${origin} may not change anything here.`);
  }
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw forbidden(`A page of another site (sec-fetch-site: ${site}) may not change anything here.`);
  }
}

function forbidden(message: string): ServiceError {
  return new ServiceError('ForbiddenException', message, { status: 403 });
}
