import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpTargets } from '../../src/targets/http.ts';

test('declared hosts are targets by name, others by address', () => {
  const { targetFor, problems } = httpTargets(
    [
      { name: 'stripe', http: { host: 'API.stripe.com' }, disposable: false },
      { name: 'mock', http: { host: 'mock.test', port: 8080 }, disposable: true },
      { name: 'six', http: { host: 'fd00::1' }, disposable: false },
    ],
    {},
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(targetFor('https', 'api.stripe.com', 443), {
    name: 'stripe',
    kind: 'http',
    declared: true,
    disposable: false,
    identity: 'api.stripe.com:443',
    host: 'api.stripe.com',
    port: 443,
    database: null,
  });
  assert.equal(targetFor('http', 'mock.test', 8080).identity, 'mock');
  assert.equal(targetFor('http', 'fd00::1', 80).name, 'six');
  const other = targetFor('http', 'mock.test', 80);
  assert.deepEqual([other.name, other.declared], ['mock.test:80', false]);
});

test('a base URL is taken over by its variable, and known to the proxy too', () => {
  const { reverse, targetFor } = httpTargets(
    [{ name: 'ledger', http: { env: 'LEDGER_URL' }, disposable: false }],
    {
      LEDGER_URL: 'https://u:p@ledger.example/api',
    },
  );
  assert.equal(reverse.length, 1);
  assert.equal(reverse[0]?.env, 'LEDGER_URL');
  assert.equal(reverse[0]?.upstream.pathname, '/api');
  assert.equal(reverse[0]?.target.identity, 'ledger.example:443');
  assert.equal(targetFor('https', 'ledger.example', 443).name, 'ledger');
});

test('problems say what was expected, and never a value that may be secret', () => {
  const { problems } = httpTargets(
    [
      { name: 'a', http: { host: 'localhost' }, disposable: false },
      { name: 'b', http: { host: 'host:80' }, disposable: false },
      { name: 'c', http: { env: 'MISSING' }, disposable: false },
      { name: 'd', http: { env: 'ODD' }, disposable: false },
    ],
    { ODD: 'ftp://user:hunter2@host/' },
  );
  assert.equal(problems.length, 4);
  assert.match(problems[0] ?? '', /Target a: localhost is this machine.*http: \{ env: THE_VARIABLE \}/);
  assert.match(problems[1] ?? '', /Target b: .*"host:80"; a port goes under "port"/);
  assert.match(problems[2] ?? '', /Target c: .*MISSING, which is not set/);
  assert.match(problems[3] ?? '', /Target d: expected ODD to hold a URL/);
  assert.doesNotMatch(problems.join(' '), /hunter2/);
});
