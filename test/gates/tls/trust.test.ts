import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRunAuthority } from '../../../src/gates/tls/run-authority.ts';
import { trustAuthority } from '../../../src/gates/tls/trust.ts';
import { trustedBeside } from '../../../src/gates/tls/trusted-files.ts';

const { pem } = createRunAuthority(Date.now());

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'jit-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function trusting(t: TestContext, environment: Record<string, string>) {
  const trust = trustAuthority(pem, { RUNNER_TEMP: folderOf(t), ...environment });
  t.after(() => trust.close());
  return trust.environment;
}

test('clients that add a file get the authority alone, the others all that the system trusts and the authority', (t) => {
  const given = trusting(t, {});
  assert.equal(readFileSync(given.NODE_EXTRA_CA_CERTS ?? '', 'utf8'), pem);
  assert.equal(given.JIT_APPROVAL_CA, given.NODE_EXTRA_CA_CERTS);
  const whole = readFileSync(given.SSL_CERT_FILE ?? '', 'utf8');
  assert.ok(whole.endsWith(pem));
  assert.ok(whole.split('-----BEGIN CERTIFICATE-----').length > 50, 'the roots of the system or of Node');
  for (const name of ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO', 'AWS_CA_BUNDLE']) {
    assert.equal(given[name], given.SSL_CERT_FILE);
  }
  assert.equal('PIP_CERT' in given, false, 'pip follows another variable where it has none of its own');
});

test('a file that the suite trusts already stays trusted, by whom it was meant for', (t) => {
  const own = path.join(folderOf(t), 'corporate.pem');
  const corporate = createRunAuthority(Date.now()).pem;
  writeFileSync(own, corporate.trimEnd());
  const given = trusting(t, { NODE_EXTRA_CA_CERTS: own, PIP_CERT: own });
  assert.equal(readFileSync(given.NODE_EXTRA_CA_CERTS ?? '', 'utf8'), `${corporate}${pem}`);
  assert.equal(given.PIP_CERT, given.NODE_EXTRA_CA_CERTS);
  assert.ok(
    readFileSync(given.SSL_CERT_FILE ?? '', 'utf8').includes(corporate.trimEnd()),
    'clients fall back',
  );
  assert.ok(
    trustedBeside({ NODE_EXTRA_CA_CERTS: own }).includes(corporate.trimEnd()),
    'the gate trusts it too',
  );
});

test('a variable that names no file that can be read is left alone', (t) => {
  const given = trusting(t, {
    NODE_EXTRA_CA_CERTS: 'relative-and-not-here.pem',
    REQUESTS_CA_BUNDLE: tmpdir(),
    CURL_CA_BUNDLE: '',
  });
  for (const name of ['NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE']) {
    assert.equal(name in given, false, name);
  }
  assert.equal('SSL_CERT_FILE' in given, true);
});

test('where the folder of the runner is not there, the files lie with the system', (t) => {
  const given = trusting(t, { RUNNER_TEMP: '/not/there' });
  assert.equal(readFileSync(given.JIT_APPROVAL_CA ?? '', 'utf8'), pem);
});

test('every user may read the files, they hold no key, and they go with the gates', (t) => {
  const trust = trustAuthority(pem, { RUNNER_TEMP: folderOf(t) });
  const file = trust.environment.JIT_APPROVAL_CA ?? '';
  assert.equal(statSync(path.dirname(file)).mode & 0o777, 0o755);
  assert.equal(statSync(file).mode & 0o044, 0o044);
  assert.equal(new X509Certificate(readFileSync(file)).ca, true);
  assert.doesNotMatch(readFileSync(file, 'utf8'), /PRIVATE KEY/);
  trust.close();
  assert.equal(existsSync(file), false);
});
