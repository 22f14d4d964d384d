import assert from 'node:assert/strict';
import type http from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Answer, json, oddEndpoint, SESSION_TOKEN, stored } from '../support/odd-endpoint.ts';

const LINE = JSON.stringify({ user: 'bob', password: 'hunter2-hunter2', text: 'what only the log may know' });

for (const [extra, options, header, said] of [
  ['gzip', { gzip: true }, 'content-encoding', 'Content-Encoding gzip is not supported'],
  ['the EMF header', { emf: true }, 'x-amzn-logs-format', 'x-amzn-logs-format not supported'],
] as const) {
  for (const status of [400, 415] as const) {
    test(`an endpoint that answers ${status} to ${extra} gets puts without it, and people are told once`, async (t) => {
      const { host, came, publisher: make } = await oddEndpoint(t);
      const { publisher, publish, warnings } = make(options);
      host.answer = (response, one) => {
        const answer = {
          __type: status === 400 ? 'InvalidParameterException' : 'Unsupported',
          message: said,
        };
        if (one.headers[header]) json(status, answer)(response, one);
        else stored(response, one);
      };
      for (let i = 0; i < 3; i++) {
        for (let n = 0; n < 200; n++) publish(`{"event":${n}}`);
        assert.equal((await publisher.flush()).delivered, 200);
      }
      assert.deepEqual(
        came.map(({ headers }) => headers[header] !== undefined),
        [true, false, false, false],
      );
      assert.deepEqual(
        warnings.map(({ code }) => code),
        ['refused'],
      );
      assert.match(warnings[0].message, extra === 'gzip' ? /does not take gzip/ : /x-amzn-logs-format/);
    });
  }
}

test('a bad event does not make gzip suspect for long', async (t) => {
  const { host, came, publisher: make } = await oddEndpoint(t);
  const { publisher, publish } = make({ gzip: true });
  host.answer = (response, one) => {
    if (one.body.includes('bad')) {
      json(400, { __type: 'InvalidParameterException', message: 'Log event too large' })(response, one);
    } else stored(response, one);
  };
  for (let n = 0; n < 200; n++) publish(n === 100 ? 'bad' : `{"event":${n},"text":"${'x'.repeat(100)}"}`);
  await publisher.flush();
  assert.equal(publisher.stats().dropped.poison, 1);
  for (let n = 0; n < 200; n++) publish(`{"event":${n},"text":"${'x'.repeat(100)}"}`);
  await publisher.flush();
  assert.equal(came.at(-1)?.headers['content-encoding'], 'gzip');
});

for (const status of [200, 400, 500]) {
  test(`an answer of status ${status} without an end is given up after a mebibyte`, async (t) => {
    const { host, publisher: make, until, came } = await oddEndpoint(t);
    const { publisher, publish } = make({ requestTimeoutMs: 60_000 });
    let sent = 0;
    let isCut = false;
    host.answer = (response) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.on('close', () => (isCut = true));
      const chunk = Buffer.alloc(65_536, 'x');
      const more = () => {
        while (!isCut && response.write(chunk)) sent += chunk.length;
        if (!isCut) response.once('drain', more);
      };
      more();
    };
    publish('one');
    await until(() => came.length > 0);
    while (!publisher.stats().lastError) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(sent < 32 * 1_048_576, `${sent} bytes were taken`);
    assert.match(publisher.stats().lastError?.message ?? '', /longer than 1048576 bytes/);
    host.answer = stored;
    assert.deepEqual(await publisher.close(), { delivered: 1, dropped: 0, pending: 0 });
    assert.equal(publisher.stats().possibleDuplicates, status === 400 ? 0 : 1);
  });
}

const NAMED_IN_200: Record<string, Answer> = {
  body: json(200, { __type: 'com.amazonaws.logs#ThrottlingException', message: 'Rate exceeded' }),
  header: json(200, {}, { 'x-amzn-errortype': 'ThrottlingException:http://internal/' }),
};
for (const [where, answer] of Object.entries(NAMED_IN_200)) {
  test(`an error that a 200 names in its ${where} is none of a success (the events counted as delivered)`, async (t) => {
    const { host, publisher: make, came } = await oddEndpoint(t);
    const { publisher, publish } = make();
    // The first put goes another way than those after it.
    for (const puts of [2, 4]) {
      let asked = 0;
      host.answer = (response, request) => (asked++ === 0 ? answer : stored)(response, request);
      publish(`put ${puts}`);
      while (came.length < puts) await publisher.flush({ timeoutMs: 50, beforeExit: true });
      await publisher.flush();
      assert.equal(came.length, puts);
      assert.equal(publisher.stats().delivered, puts / 2);
    }
    assert.equal(publisher.stats().possibleDuplicates, 0);
  });
}

test('a 200 that says nothing, not even whose it is, is no success (the events counted as delivered)', async (t) => {
  const { host, publisher: make, came } = await oddEndpoint(t);
  const { publisher, publish } = make();
  // The first put goes another way than those after it.
  for (const puts of [2, 4]) {
    let asked = 0;
    host.answer = (response, request) => {
      if (asked++ > 0) stored(response, request);
      else response.end();
    };
    publish(`put ${puts}`);
    await publisher.flush();
    assert.equal(came.length, puts);
    assert.equal(publisher.stats().delivered, puts / 2);
    assert.equal(publisher.stats().possibleDuplicates, puts / 2);
  }
});

test('a 200 of CloudWatch Logs is a success without a body and without a token', async (t) => {
  const { host, publisher: make, came } = await oddEndpoint(t);
  const { publisher, publish } = make();
  const answers: Answer[] = [
    json(200, {}),
    (response) => response.writeHead(200, { 'x-amzn-requestid': '1-2' }).end(),
  ];
  for (const answer of [...answers, ...answers]) {
    host.answer = answer;
    publish('one');
    await publisher.flush();
  }
  assert.equal(came.length, 4);
  assert.equal(publisher.stats().delivered, 4);
});

test('an answer that was compressed on its way is read (its batch was put again without end)', async (t) => {
  const { host, publisher: make, came } = await oddEndpoint(t);
  const { publisher, publish } = make();
  host.answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-encoding': 'gzip' });
    response.end(gzipSync('{"nextSequenceToken":"7"}'));
  };
  for (const text of ['one', 'two', 'three']) {
    publish(text);
    await publisher.flush();
  }
  assert.deepEqual(
    came.map(({ body }) => JSON.parse(body).sequenceToken),
    [undefined, '7', '7'],
  );
  assert.equal(publisher.stats().delivered, 3);
});

const TRICKLES: Record<string, (response: http.ServerResponse) => void> = {
  'a body': (response) => {
    response.writeHead(200, { 'content-length': 500 });
    response.write(' ');
  },
  'a head': (response) => void response.socket?.write('HTTP/1.1 200 OK\r\nx: x'),
  'interim answers': (response) => response.writeContinue(),
};
describe('at the end an answer that trickles for ever is given up as one that is silent', {
  concurrency: true,
}, () => {
  for (const [what, begin] of Object.entries(TRICKLES)) {
    for (const operation of ['PutLogEvents', 'CreateLogStream']) {
      test(`${what}, ${operation}`, async (t) => {
        const { host, publisher: make, came } = await oddEndpoint(t);
        const { publisher, publish } = make({ requestTimeoutMs: 60_000, logStreamName: '{instance}' });
        let began = 0;
        host.answer = (response, request) => {
          if (request.operation !== operation || began++ > 0) return stored(response, request);
          begin(response);
          const again = () => (what === 'interim answers' ? begin(response) : response.socket?.write(' '));
          const timer = setInterval(again, 100);
          response.on('close', () => clearInterval(timer));
        };
        publish('one');
        assert.deepEqual(await publisher.close({ timeoutMs: 30_000 }), {
          delivered: 1,
          dropped: 0,
          pending: 0,
        });
        assert.equal(came.filter((request) => request.operation === operation).length, 2);
      });
    }
  }
});

for (const [what, message] of [
  ['a text that quotes without an end', "Value '".repeat(37_450)],
  ['a text of quotes', "Value '' at '".repeat(20_000)],
  ['a text of spaces', ' '.repeat(1_000_000)],
  ['a text of secrets', 'Credential='.repeat(90_000)],
  ['a text of tokens', 'sequenceToken: '.repeat(60_000)],
] as const) {
  for (const name of ['InvalidParameterException', 'InvalidSequenceTokenException', 'Surprise']) {
    test(`${what} in ${name} does not hold up the event loop`, async (t) => {
      const { host, publisher: make, until, came } = await oddEndpoint(t);
      const { publisher, publish } = make();
      publish('warm');
      await publisher.flush();
      host.answer = json(400, { __type: name, message });
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      publish('one');
      await until(() => came.length > 1);
      while (!publisher.stats().lastError) await new Promise((resolve) => setImmediate(resolve));
      delay.disable();
      assert.ok(delay.max < 1e9, `${delay.max / 1e6} ms`);
      assert.ok((publisher.stats().lastError?.message.length ?? 0) < 400);
      host.answer = stored;
    });
  }
}

test('a name of 300 KB is cut before anybody sees it', async (t) => {
  const { host, publisher: make, until } = await oddEndpoint(t);
  const { publish, publisher, warnings } = make();
  host.answer = json(403, { __type: `Denied${'x'.repeat(300_000)}`, message: 'no' });
  publish('one');
  await until(() => warnings.length > 0);
  assert.ok(warnings[0].message.length < 1000, `${warnings[0].message.length}`);
  assert.ok((publisher.stats().lastError?.name.length ?? 0) <= 100);
});

for (const [what, status, name] of [
  ['a refusal', 400, 'InvalidParameterException'],
  ['a gateway', 502, 'BadGateway'],
  ['a denial', 403, 'AccessDeniedException'],
  ['an unknown error', 400, 'Surprise'],
] as const) {
  for (const [how, echo] of [
    ['the request', (body: string) => body],
    ['the text of an event', () => LINE],
    ['a short event', () => 'could not store s3cr3t!'],
    ['a part of the request', (body: string) => body.slice(60, 300)],
    ['the session token', () => `the token ${SESSION_TOKEN} is odd`],
  ] as const) {
    test(`${what} that echoes ${how} is quoted without it`, async (t) => {
      const { host, publisher: make, until } = await oddEndpoint(t);
      const { publish, publisher, warnings } = make();
      const heard: string[] = [];
      publisher.on('drop', (drop) => heard.push(JSON.stringify(drop)));
      host.answer = (response, one) =>
        json(status, { __type: name, message: `cannot take ${echo(one.body)}` })(response, one);
      publish(LINE);
      publish('s3cr3t!');
      await until(() => warnings.length > 0);
      heard.push(JSON.stringify(warnings), JSON.stringify(publisher.stats().lastError));
      for (const secret of ['hunter2', 'only the log', 's3cr3t', 'SESSIONTOKEN', 'bob']) {
        assert.ok(!heard.join().includes(secret), `${secret} is in ${heard.join()}`);
      }
      assert.match(warnings[0].message, new RegExp(`HTTP ${status} ${name}`));
      host.answer = stored;
    });
  }
}

test('what an endpoint says cannot steer a terminal', async (t) => {
  const { host, publisher: make, until } = await oddEndpoint(t);
  const { publish, publisher, warnings } = make({ logStreamName: 'a\u001b[2Jb\u009b\u202ec' });
  host.answer = json(403, {
    __type: 'Denied\u001b]0;x\u0007',
    message: 'no\u001b[31m\u0007\u009d\u202e\u2066 way\r\n\u2028',
  });
  publish('one');
  await until(() => warnings.length > 0);
  const { name, message } = publisher.stats().lastError ?? { name: '', message: '' };
  for (const text of [warnings[0].message, name, message]) {
    assert.doesNotMatch(text, /[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028]/u);
  }
});

test('credentials whose expiration is a text are used (nothing was ever sent)', async (t) => {
  const { came, endpoint, publisher: make } = await oddEndpoint(t);
  const expiration = new Date(Date.now() + 3_600_000).toISOString();
  const keys = { accessKeyId: 'AKIA', secretAccessKey: 'secret', expiration };
  for (const credentials of [keys, async () => keys]) {
    const { publisher, publish } = make({ aws: { region: 'eu-west-1', endpoint, credentials } });
    publish('one');
    assert.equal((await publisher.flush({ timeoutMs: 5000 })).delivered, 1);
  }
  assert.equal(came.length, 2);
});
