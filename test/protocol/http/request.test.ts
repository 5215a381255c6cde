import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatAuthority, isLoopback, parseAuthority } from '../../../src/protocol/http/authority.ts';
import { parseBody, parseMediaType } from '../../../src/protocol/http/content.ts';
import { parseForm } from '../../../src/protocol/http/form.ts';
import { framingProblem, hasBody } from '../../../src/protocol/http/framing.ts';
import { endToEnd, joinHeaders } from '../../../src/protocol/http/headers.ts';
import { rawAnswer, reasonPhrase } from '../../../src/protocol/http/problem.ts';
import { normalPath, parseAbsoluteForm, parseOriginForm } from '../../../src/protocol/http/request-target.ts';
import { sniff } from '../../../src/protocol/http/sniff.ts';

test('every spelling of one host is one authority', () => {
  const cases: [string, string | null][] = [
    ['api.stripe.com:443', 'api.stripe.com:443'],
    ['API.Stripe.COM.', 'api.stripe.com:80'],
    ['a%70i.stripe.com:80', 'api.stripe.com:80'],
    ['0x7f.1:8080', '127.0.0.1:8080'],
    ['2130706433', '127.0.0.1:80'],
    ['[::1]:80', '[::1]:80'],
    ['[0:0::0001]', '[::1]:80'],
    ['[::ffff:127.0.0.1]:9', '[::ffff:7f00:1]:9'],
    ['bücher.example', 'xn--bcher-kva.example:80'],
    ['::1', null],
    ['host:', null],
    ['host:0', null],
    ['host:65536', null],
    ['host:80:80', null],
    ['user@host:80', null],
    ['host/path', null],
    ['host\\x', null],
    ['ho st', null],
    ['', null],
    ['.', null],
  ];
  for (const [text, expected] of cases) {
    const parsed = parseAuthority(text, 80);
    assert.equal(parsed === null ? null : formatAuthority(parsed), expected, text);
  }
});

test('an authority survives being written and read', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()),
      fc.integer({ min: 1, max: 65535 }),
      (host, port) => {
        const text = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
        const parsed = parseAuthority(text, 80);
        assert(parsed !== null);
        assert.deepEqual(parseAuthority(formatAuthority(parsed), 80), parsed);
      },
    ),
  );
});

test('loopback is known in all its forms', () => {
  for (const host of ['localhost', 'a.localhost', '127.0.0.1', '127.8.8.8', '::1', '::ffff:7f00:1']) {
    assert.equal(isLoopback(host), true, host);
  }
  for (const host of ['localhost.example', '128.0.0.1', '::2', '127.0.0.1.example']) {
    assert.equal(isLoopback(host), false, host);
  }
});

test('paths are judged in their normal form', () => {
  const cases: [string, string][] = [
    ['/v1/%63harges', '/v1/charges'],
    ['/x/../v1/./charges', '/v1/charges'],
    ['/x/%2e%2E/v1/charges', '/v1/charges'],
    ['/../../a', '/a'],
    ['/a/', '/a/'],
    ['/a/.', '/a/'],
    ['/a/b/..', '/a/'],
    ['/a%2fb', '/a%2Fb'],
    ['/100%', '/100%'],
    ['//a', '//a'],
  ];
  for (const [path, expected] of cases) assert.equal(normalPath(path), expected, path);
});

test('request targets are taken apart, and what goes to the target is what was written', () => {
  assert.deepEqual(parseAbsoluteForm('HTTP://[::1]:8080/a%2e/?q=a+b&q=%C3%A9&x=%FF&=&y'), {
    scheme: 'http',
    authority: { host: '::1', port: 8080 },
    raw: '/a%2e/?q=a+b&q=%C3%A9&x=%FF&=&y',
    path: '/a./',
    query: [
      ['q', 'a b'],
      ['q', 'é'],
      ['x', '%FF'],
      ['', ''],
      ['y', ''],
    ],
  });
  assert.equal(parseAbsoluteForm('http://host?x=1')?.raw, '/?x=1');
  for (const bad of ['ftp://host/', 'http://user:pw@host/', 'http:///x', '/x']) {
    assert.equal(parseAbsoluteForm(bad), null, bad);
  }
  for (const bad of ['*', 'x', '/a#b', '/a b', '/\u00e9']) assert.equal(parseOriginForm(bad), null, bad);
});

test('hop-by-hop headers, those named by Connection and proxy credentials are not passed on', () => {
  const raw = [
    'Connection',
    'close, X-Hop',
    'x-hop',
    '1',
    'Proxy-Authorization',
    'Basic x',
    'TE',
    'trailers',
  ];
  const kept = [
    'Accept',
    'a',
    'accept',
    'b',
    '__proto__',
    'c',
    'Upgrade',
    'h2c',
    'Transfer-Encoding',
    'chunked',
  ];
  const pairs = endToEnd([...raw, ...kept]);
  assert.deepEqual(
    pairs.map(([name]) => name),
    ['Accept', 'accept', '__proto__'],
  );
  assert.deepEqual(Object.entries(joinHeaders(pairs)), [
    ['accept', 'a, b'],
    ['__proto__', 'c'],
  ]);
});

test('framing that two readers could read differently is refused', () => {
  assert.match(framingProblem(['Content-Length', '1', 'content-length', '1']) ?? '', /more than once/);
  assert.match(framingProblem(['Host', 'a', 'host', 'b']) ?? '', /host stands there more than once/);
  assert.match(framingProblem(['Transfer-Encoding', 'gzip, chunked']) ?? '', /other than "chunked"/);
  assert.match(framingProblem(['Transfer-Encoding', 'chunked', 'Content-Length', '1']) ?? '', /exclude/);
  assert.equal(framingProblem(['Host', 'a', 'Transfer-Encoding', 'Chunked']), null);
  assert.equal(hasBody(['Content-Length', '0']), false);
  assert.equal(hasBody(['Transfer-Encoding', 'chunked']), true);
});

test('forms are objects of strings, or unknown where servers disagree', () => {
  assert.deepEqual(parseForm('a=1+2&b%5Bc%5D=%C3%A9&d&__proto__=x'), {
    known: true,
    value: Object.fromEntries([
      ['a', '1 2'],
      ['b[c]', 'é'],
      ['d', ''],
      ['__proto__', 'x'],
    ]),
  });
  for (const bad of ['a=1&a=2', 'a=1&%61=2', 'a=%FF', 'a=%', 'a=1;b=2']) {
    assert.equal(parseForm(bad).known, false, bad);
  }
});

test('media types are read strictly', () => {
  assert.deepEqual(parseMediaType('Application/JSON; charset="UTF-8"'), {
    essence: 'application/json',
    charset: 'utf-8',
  });
  assert.equal(parseMediaType('application/json, text/plain'), null);
  assert.equal(parseMediaType('application/json; charset=utf-8; charset=utf-16'), null);
  assert.equal(parseBody('application/json', Buffer.from([0x22, 0xff, 0x22])).known, false);
});

test('the first bytes of a tunnel tell what it is, also byte by byte', () => {
  assert.equal(sniff(Buffer.from([0x16])), 'tls');
  const request = Buffer.from('PROPFIND / HTTP/1.1\r\n');
  for (let length = 0; length <= 8; length += 1) assert.equal(sniff(request.subarray(0, length)), 'more');
  for (let length = 9; length <= request.length; length += 1) {
    assert.equal(sniff(request.subarray(0, length)), 'http');
  }
  assert.equal(sniff(Buffer.from('PRI * HTTP/2.0\r\n')), 'other');
  assert.equal(sniff(Buffer.from('get / HTTP/1.1\r\n')), 'other');
  assert.equal(sniff(Buffer.from('A'.repeat(40))), 'other');
  assert.equal(sniff(Buffer.from([0x80, 0x2e])), 'other');
});

test('a reason phrase stays on its line', () => {
  assert.equal(reasonPhrase('Held: a\r\nX-Evil: 1\u2028é'), 'Held: a X-Evil: 1');
  const answer = rawAnswer(
    { type: 't', title: 't', status: 423, detail: 'd' },
    'a\r\nSet-Cookie: x',
  ).toString();
  assert.match(answer, /^HTTP\/1\.1 423 a Set-Cookie: x\r\nContent-Type/);
});
