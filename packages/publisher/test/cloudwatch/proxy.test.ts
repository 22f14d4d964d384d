import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { proxyFor } from '../../src/cloudwatch/proxy.ts';

const HTTPS_PROXY = 'http://proxy.example:8080';
const to = (url: string) => new URL(url);
const logs = to('https://logs.eu-central-1.amazonaws.com');

describe('the proxy that the environment names', () => {
  it('is that of HTTPS_PROXY, for HTTPS only', () => {
    assert.equal(proxyFor(logs, { HTTPS_PROXY })?.href, `${HTTPS_PROXY}/`);
    assert.equal(proxyFor(to('http://127.0.0.1:4590'), { HTTPS_PROXY, HTTP_PROXY: HTTPS_PROXY }), undefined);
    assert.equal(proxyFor(logs, { HTTP_PROXY: HTTPS_PROXY }), undefined);
    assert.equal(proxyFor(logs, { HTTPS_PROXY: '' }), undefined);
  });

  it('may be named in lower case, which goes first, and without http://', () => {
    assert.equal(
      proxyFor(logs, { HTTPS_PROXY, https_proxy: 'other.example:3128' })?.host,
      'other.example:3128',
    );
  });

  for (const [noProxy, url, isExempt] of [
    ['*', logs.href, true],
    ['amazonaws.com', logs.href, true],
    ['.amazonaws.com', logs.href, true],
    ['*.amazonaws.com', logs.href, true],
    ['localhost, LOGS.eu-central-1.amazonaws.com', logs.href, true],
    ['localhost logs.eu-central-1.amazonaws.com:443', logs.href, true],
    ['logs.eu-central-1.amazonaws.com:8443', logs.href, false],
    ['logs.eu-central-1.amazonaws.com', 'https://logs.eu-central-1.amazonaws.com:8443', true],
    ['aws.com', logs.href, false],
    ['eu-central-1.amazonaws.com.example', logs.href, false],
    ['169.254.169.254,127.0.0.1', 'https://127.0.0.1:1234', true],
    ['::1', 'https://[::1]:1234', true],
    ['[::1]:1234', 'https://[::1]:1234', true],
    ['[::1]:1', 'https://[::1]:1234', false],
    [', ,.', logs.href, false],
  ] as const) {
    it(`is ${isExempt ? 'none' : 'used'} for ${url} with NO_PROXY ${JSON.stringify(noProxy)}`, () => {
      for (const name of ['NO_PROXY', 'no_proxy']) {
        assert.equal(proxyFor(to(url), { HTTPS_PROXY, [name]: noProxy }) === undefined, isExempt, name);
      }
    });
  }

  it('is refused when it is no proxy that speaks HTTP, rather than gone around', () => {
    for (const named of ['socks5://proxy.example:1080', 'http://', '%']) {
      assert.throws(() => proxyFor(logs, { HTTPS_PROXY: named }), {
        name: 'ProxyError',
        message: /HTTPS_PROXY must be/,
      });
    }
  });
});
