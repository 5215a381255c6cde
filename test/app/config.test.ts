import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { generateKeyPairSync } from 'node:crypto';
import { suite, test } from 'node:test';
import { readConfig } from '../../src/app/config.ts';
import { variableRows } from '../../src/app/variables.ts';
import { JitError } from '../../src/errors.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const good = { APP_ID: '12', PRIVATE_KEY: privateKey, WEBHOOK_SECRET: 'long and random' };
const noFile = (path: string): string => {
  throw new Error(`ENOENT: no such file, open '${path}'`);
};

function problems(environment: Record<string, string | undefined>): string {
  try {
    readConfig(environment, noFile);
  } catch (thrown) {
    assert.ok(thrown instanceof JitError);
    assert.equal(thrown.code, 'app-config');
    return thrown.message;
  }
  assert.fail('the configuration was taken');
}

suite('the settings of the App', () => {
  test('the least that works', () => {
    const config = readConfig(good, noFile);
    assert.equal(config.apiUrl, 'https://api.github.com');
    assert.deepEqual([config.host, config.port, config.ledger], ['localhost', 3000, './jit-approval.sqlite']);
    assert.equal(config.throttle, true);
    assert.equal(config.githubHost, 'github.com');
  });

  test('nothing at all: every problem in one message', () => {
    const message = problems({});
    for (const name of ['APP_ID', 'WEBHOOK_SECRET', 'PRIVATE_KEY']) assert.match(message, new RegExp(name));
  });

  test('it does not start without a webhook secret, nor with the one that everybody knows', () => {
    for (const unset of [undefined, '']) {
      assert.match(problems({ ...good, WEBHOOK_SECRET: unset }), /WEBHOOK_SECRET: expected .*; met nothing/);
    }
    for (const name of ['WEBHOOK_SECRET', 'WEBHOOK_SECRET_PREVIOUS']) {
      assert.match(problems({ ...good, [name]: 'development' }), new RegExp(`${name}: .*everybody knows`));
    }
  });

  test('a key may have its line breaks written out, be in base64, or lie in a file', () => {
    const escaped = { ...good, PRIVATE_KEY: privateKey.replaceAll('\n', '\\n') };
    const encoded = { ...good, PRIVATE_KEY: Buffer.from(privateKey).toString('base64') };
    const filed = { ...good, PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: '/key.pem' };
    for (const environment of [escaped, encoded, filed]) {
      assert.equal(readConfig(environment, () => privateKey).privateKey, privateKey);
    }
  });

  test('a message about a bad key never repeats it', () => {
    const message = problems({ ...good, PRIVATE_KEY: '-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n' });
    assert.match(message, /PRIVATE_KEY: expected a private key/);
    assert.doesNotMatch(message, /c2VjcmV0/);
    assert.match(problems({ ...good, PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: '/no.pem' }), /no\.pem/);
  });

  test('GitHub Enterprise Server by host and protocol', () => {
    const config = readConfig({ ...good, GHE_HOST: '127.0.0.1:8080', GHE_PROTOCOL: 'http' }, noFile);
    assert.equal(config.apiUrl, 'http://127.0.0.1:8080/api/v3');
    assert.equal(config.githubHost, '127.0.0.1:8080');
    assert.match(
      problems({ ...good, GHE_HOST: 'https://x/' }),
      /GHE_HOST: expected a host, like .*; met "https:/,
    );
  });

  test('jobs may wait once it knows its own address, with tokens of the GitHub that it serves', () => {
    const liveOf = (over: Record<string, string>) => readConfig({ ...good, ...over }, noFile).live;
    const PUBLIC_URL = 'https://jit.example/';
    assert.equal(liveOf({}), null);
    const issuers = {
      'https://token.actions.githubusercontent.com': {},
      'https://ghe.example/_services/token': { GHE_HOST: 'ghe.example' },
      'https://token.actions.acme.ghe.com': { GITHUB_API_URL: 'https://api.acme.ghe.com' },
      'https://issuer.example/acme': { OIDC_ISSUER: 'https://issuer.example/acme/' },
    };
    for (const [issuer, over] of Object.entries(issuers))
      assert.deepEqual(liveOf({ PUBLIC_URL, ...over }), { url: 'https://jit.example', issuer });
    assert.match(problems({ ...good, PUBLIC_URL: 'jit.example' }), /PUBLIC_URL: expected an http/);
  });

  test('writes are spaced unless a test says 0', () => {
    assert.equal(readConfig({ ...good, JIT_APPROVAL_WRITE_INTERVAL_MS: '0' }, noFile).throttle, false);
    assert.match(problems({ ...good, JIT_APPROVAL_WRITE_INTERVAL_MS: '5' }), /expected 0.*met "5"/);
  });

  for (const [name, value] of [
    ['PORT', '70000'],
    ['PORT', 'http'],
    ['LOG_LEVEL', 'loud'],
    ['APP_ID', 'twelve'],
    ['JIT_APPROVAL_SWEEP_MS', '5'],
    ['RECONCILE_AT_ONCE', '0'],
  ] as const) {
    test(`${name}=${value} is refused by name, with what was met`, () => {
      assert.match(problems({ ...good, [name]: value }), new RegExp(`${name}: expected .*; met "${value}"`));
    });
  }

  test("a secret's value is never repeated, whatever is wrong with it", () => {
    const wrong = {
      METRICS_TOKEN: 'tooshort',
      DATABASE_URL: 'mysql://u:hunter2@db/x',
      WEBHOOK_SECRET: 'development',
    };
    const message = problems({ ...good, ...wrong });
    for (const name of Object.keys(wrong)) assert.match(message, new RegExp(`${name}: expected .*; met`));
    assert.doesNotMatch(message, /tooshort|hunter2|met "/);
  });

  test('every variable says what it means and what holds without it', () => {
    for (const { name, means, unset } of variableRows()) {
      assert.match(means, /^\S.{8,}/, name);
      assert.doesNotMatch(unset, /undefined/, name);
    }
  });
});
