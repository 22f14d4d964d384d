import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { CloudWatchLogsClient, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type SigningScope, sign } from '../../src/cloudwatch/signature.ts';

interface SdkRequest {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
}

/** A request as the SDK signs and sends it. */
async function signedBySdk(
  { credentials, region }: SigningScope,
  endpoint: string,
  headers: Record<string, string> = {},
): Promise<SdkRequest> {
  const sent: SdkRequest[] = [];
  const requestHandler = {
    handle: async (request: unknown) => {
      sent.push(request as SdkRequest);
      const body = Readable.from(['{}']);
      return { response: { statusCode: 200, headers: {}, body } };
    },
  };
  const client = new CloudWatchLogsClient({ credentials, region, endpoint, requestHandler });
  client.middlewareStack.add(
    (next) => (args) => {
      Object.assign((args.request as SdkRequest).headers, headers);
      return next(args);
    },
    { step: 'build', name: 'addHeaders' },
  );
  const logEvents = [{ timestamp: 1, message: 'é "quoted" \u2028' }];
  await client.send(new PutLogEventsCommand({ logGroupName: 'g', logStreamName: 's', logEvents }));
  return sent[0];
}

const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const cases: Record<string, [scope: Omit<SigningScope, 'service'>, endpoint: string, headers?: object]> = {
  'long-lived keys': [{ credentials: keys, region: 'eu-west-1' }, 'https://logs.eu-west-1.amazonaws.com'],
  'a session token': [
    { credentials: { ...keys, sessionToken: 'FwoGZXIvYXdzE//token==' }, region: 'us-gov-west-1' },
    'https://logs.us-gov-west-1.amazonaws.com',
  ],
  'a port and a path': [{ credentials: keys, region: 'us-east-1' }, 'http://127.0.0.1:4590/a//b/../c d(1)/'],
  'headers of the application, some of which no signature covers': [
    { credentials: keys, region: 'us-east-1' },
    'http://localhost:4590',
    { 'x-trace': '  two   words ', 'x-amzn-trace-id': 'Root=1', 'proxy-x': '1', 'sec-x': '1', referer: 'r' },
  ],
};

for (const [name, [scope, endpoint, headers]] of Object.entries(cases)) {
  test(`a signature is the one of the AWS SDK, byte for byte: ${name}`, async () => {
    const byService = { ...scope, service: 'logs' };
    const sdk = await signedBySdk(byService, endpoint, headers as Record<string, string>);
    const {
      authorization: _,
      'x-amz-date': date,
      'x-amz-content-sha256': __,
      'x-amz-security-token': ___,
      ...unsigned
    } = sdk.headers;
    const [, year, month, day, hour, minute, second] =
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
    const now = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    const signed = sign({ path: sdk.path, headers: unsigned, body: sdk.body }, byService, now);
    assert.deepEqual(signed, { ...sdk.headers });
  });
}
