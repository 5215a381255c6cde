import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { generateKeyPairSync } from 'node:crypto';
import { suite, test } from 'node:test';
import { readConfig } from '../../src/app/config.ts';
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
  });

  test('nothing at all: every problem in one message', () => {
    const message = problems({});
    for (const name of ['APP_ID', 'WEBHOOK_SECRET', 'PRIVATE_KEY']) assert.match(message, new RegExp(name));
  });

  test('it does not start without a webhook secret, nor with the one that everybody knows', () => {
    assert.match(problems({ ...good, WEBHOOK_SECRET: undefined }), /WEBHOOK_SECRET is missing/);
    assert.match(problems({ ...good, WEBHOOK_SECRET: '' }), /WEBHOOK_SECRET is empty/);
    assert.match(problems({ ...good, WEBHOOK_SECRET: 'development' }), /anyone could forge/);
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
    assert.match(message, /PRIVATE_KEY is no private key/);
    assert.doesNotMatch(message, /c2VjcmV0/);
    assert.match(problems({ ...good, PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: '/no.pem' }), /no\.pem/);
  });

  test('GitHub Enterprise Server by host and protocol', () => {
    const config = readConfig({ ...good, GHE_HOST: '127.0.0.1:8080', GHE_PROTOCOL: 'http' }, noFile);
    assert.equal(config.apiUrl, 'http://127.0.0.1:8080/api/v3');
    assert.match(problems({ ...good, GHE_HOST: 'https://x/' }), /GHE_HOST must be a host/);
  });

  test('writes are spaced unless a test says 0', () => {
    assert.equal(readConfig({ ...good, JIT_APPROVAL_WRITE_INTERVAL_MS: '0' }, noFile).throttle, false);
    assert.match(problems({ ...good, JIT_APPROVAL_WRITE_INTERVAL_MS: '5' }), /may only be 0/);
  });

  for (const [name, value] of [
    ['PORT', '70000'],
    ['PORT', 'http'],
    ['LOG_LEVEL', 'loud'],
    ['APP_ID', 'twelve'],
  ] as const) {
    test(`${name}=${value} is refused by name`, () => {
      assert.match(problems({ ...good, [name]: value }), new RegExp(`${name} `));
    });
  }
});
