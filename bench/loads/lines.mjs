// The lines that are logged: what a service writes about a request that it has answered. The records come from a pool
// that is made before the clock runs, differ from each other in all that differs between requests, and are padded so
// that a line has exactly the length that was asked for. Only the number in the text is made per line.

const POOL = 1000;
const DIGITS = 8;
const TRACE_ID = 32;
const SHORTEST_REFERER = 40;

/** How each kind of logger writes a record, to know how long its line becomes. */
const FORMS = {
  pino: (fields, text) => JSON.stringify({ level: 30, time: 1_700_000_000_000, ...fields, msg: text }),
  winston: (fields, text) => JSON.stringify({ ...fields, level: 'info', message: text }),
};

/** The text of line `number`; the endpoint that checks looks for it. */
export function text(number) {
  return `request ${String(number).padStart(DIGITS, '0')} completed`;
}

/** The text of a line that does not count. */
export function warmUpText(number) {
  return `warm-up ${String(number).padStart(DIGITS, '0')} completed`;
}

/** Records whose lines are `bytes` long when a logger of that kind writes them with a text. */
export function makeRecords(bytes, kind) {
  const random = generator(20_251_121);
  const line = FORMS[kind];
  return Array.from({ length: POOL }, () => {
    const fields = bytes < 400 ? brief(random) : bytes < 1000 ? usual(random) : detailed(random);
    const missing = bytes - Buffer.byteLength(line({ ...fields, traceId: '' }, text(0)));
    if (missing < 0)
      throw new Error(`A line of this shape has at least ${bytes - missing} bytes, not ${bytes}.`);
    const left = missing - TRACE_ID - Buffer.byteLength(',"referer":""');
    if (left < SHORTEST_REFERER) return { ...fields, traceId: hex(random, missing) };
    return { ...fields, referer: referer(random, left), traceId: hex(random, TRACE_ID) };
  });
}

/** A function that writes the line with a number, for those who have no logger. */
export function lineWriter(bytes) {
  const parts = makeRecords(bytes, 'pino').map((fields) => FORMS.pino(fields, '\n').split('\\n'));
  return (message, number) => {
    const [before, after] = parts[number % POOL];
    return before + message + after;
  };
}

function brief(random) {
  return { method: pick(random, METHODS), url: url(random), status: status(random), ms: duration(random) };
}

function usual(random) {
  return {
    reqId: `req-${hex(random, 12)}`,
    ...brief(random),
    bytesSent: integer(random, 90_000),
    remoteAddress: address(random),
    userAgent: pick(random, AGENTS),
    user: { id: integer(random, 1e6), tenant: pick(random, TENANTS) },
  };
}

function detailed(random) {
  return {
    reqId: `req-${hex(random, 12)}`,
    req: {
      method: pick(random, METHODS),
      url: url(random),
      query: { page: integer(random, 40), sort: pick(random, ['date', 'price', 'name']) },
      headers: {
        host: `${pick(random, TENANTS)}.shop.example.com`,
        'user-agent': pick(random, AGENTS),
        accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
        'accept-language': pick(random, ['en-GB,en;q=0.9', 'de-DE,de;q=0.8,en;q=0.5', 'fr-FR,fr;q=0.9']),
        'accept-encoding': 'gzip, deflate, br, zstd',
        cookie: `session=${hex(random, 64)}; consent=1; cart=${hex(random, 16)}`,
        'x-forwarded-for': `${address(random)}, ${address(random)}`,
        'x-amzn-trace-id': `Root=1-${hex(random, 8)}-${hex(random, 24)}`,
      },
      remoteAddress: address(random),
      remotePort: 1024 + integer(random, 60_000),
    },
    res: {
      statusCode: status(random),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': String(integer(random, 90_000)),
        etag: `W/"${hex(random, 27)}"`,
        'cache-control': 'private, max-age=0, must-revalidate',
        'strict-transport-security': 'max-age=63072000; includeSubDomains; preload',
      },
    },
    timings: { auth: duration(random), database: duration(random), render: duration(random) },
    responseTime: duration(random),
    user: { id: integer(random, 1e6), tenant: pick(random, TENANTS), roles: ['customer', 'reviewer'] },
  };
}

const METHODS = ['GET', 'GET', 'GET', 'POST', 'PUT'];
const PLACES = ['orders', 'carts', 'products', 'invoices', 'users'];
const TENANTS = ['north', 'south', 'east', 'west', 'central'];
const PARAMETERS = ['utm_source', 'utm_medium', 'utm_campaign', 'category', 'sort', 'colour', 'size', 'page'];
const VALUES = [
  'newsletter',
  'spring-sale',
  'email',
  'price-ascending',
  'garden',
  'blue',
  'large',
  '2',
  '17',
];
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36',
  'okhttp/4.12.0',
];

function url(random) {
  return `/api/v2/${pick(random, PLACES)}/${integer(random, 900_000) + 100_000}`;
}

/** The page that a request came from, with as much of a query as makes it as long as is needed. */
function referer(random, length) {
  let made = `https://${pick(random, TENANTS)}.shop.example.com/${pick(random, PLACES)}?`;
  while (made.length < length) made += `${pick(random, PARAMETERS)}=${pick(random, VALUES)}&`;
  return made.slice(0, length);
}

function status(random) {
  return random() < 0.93 ? 200 : pick(random, [201, 204, 304, 400, 404, 500]);
}

function duration(random) {
  return Number((random() ** 3 * 900 + 1).toFixed(2));
}

function address(random) {
  return `10.${integer(random, 256)}.${integer(random, 256)}.${integer(random, 256)}`;
}

function integer(random, below) {
  return Math.floor(random() * below);
}

function pick(random, list) {
  return list[integer(random, list.length)];
}

function hex(random, digits) {
  let made = '';
  while (made.length < digits)
    made += integer(random, 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return made.slice(0, digits);
}

/** The same records in every process: mulberry32. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
