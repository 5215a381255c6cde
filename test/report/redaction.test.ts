import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formText } from '../../src/report/form-text.ts';
import { isRedactedName, redactForm, redactText, unexplainedRedactions } from '../../src/report/redaction.ts';
import { hostile, hostileForm } from './hostile.ts';
import { chargeForm, commandForm, form, value } from './sample.ts';

const secretNames = [
  'password',
  'users.password',
  'password#2',
  'passwordConfirmation',
  'password_hash',
  'DB_PASSWORD',
  'userPwd',
  'body.client_secret',
  'body.apiKey',
  'headers.x-api-key',
  'headers.authorization',
  'headers.cookie',
  'headers.set-cookie',
  'headers.proxy-authorization',
  'access_token',
  'refreshToken',
  'token1',
  'private_key',
  'body.card[number]',
  'body.payment.card.number',
  'cvv',
  'body.cvc',
  'ssn',
  'secrets.stripe',
  'body.credentials[0].user',
];
const dataNames = [
  'email',
  'id',
  '$1',
  'argv[2]',
  'token_count',
  'max_tokens',
  'token_id',
  'password_changed_at',
  'author',
  'company',
  'body.amount',
  'idempotency_key',
  'keyboard',
  'body.number',
  'secretary',
  'has_password_expired',
  'cookie_consent',
  'pan_european',
  'primary_key',
  'card_brand',
];

test('names that end in a secret are redacted in every spelling, names that mention one are not', () => {
  for (const name of secretNames) assert.equal(isRedactedName(name), true, name);
  for (const name of dataNames) assert.equal(isRedactedName(name), false, name);
});

test('a value of a secret name becomes a hole, NULL stays NULL', () => {
  const values = [
    value('password', 'hunter2'),
    value('cvv', '123', { type: 'number' }),
    value('token', '', { type: 'null' }),
  ];
  const redacted = redactForm(form({ shape: ['(', ', ', ', ', ')'], values }), []);
  assert.equal(formText(redacted), '(‹redacted›, ‹redacted›, NULL)');
  assert.deepEqual(redacted.values[0], { name: 'password', type: 'redacted', text: '', selects: false });
});

test('a value that is a known secret becomes a hole, a longer one keeps the rest of its text', () => {
  const values = [value('a', 's3cr3t-value'), value('b', 'x s3cr3t-value y'), value('c', 's3cr3t')];
  const redacted = redactForm(form({ shape: ['', ',', ',', ''], values }), ['s3cr3t-value']);
  assert.equal(formText(redacted), "‹redacted›,'x ‹redacted› y','s3cr3t'");
});

test('a secret is found as URL, JSON and base64 carry it', () => {
  const secret = 'p@ss "word" 1';
  for (const text of [
    encodeURIComponent(secret),
    JSON.stringify(secret),
    Buffer.from(secret).toString('base64'),
  ]) {
    assert.ok(redactText(`x ${text} y`, [secret]).includes('‹redacted›'), text);
  }
});

test('a short secret counts only as a word of its own', () => {
  assert.equal(
    redactText('postgres://h/postgresql postgres', ['postgres']),
    '‹redacted›://h/postgresql ‹redacted›',
  );
  assert.equal(redactText('a b', ['a', '']), 'a b');
});

test('the password of a URL is found although a known secret stands in its scheme', () => {
  assert.equal(redactText('postgres://u:hunter2@h/db', ['postgres']), '‹redacted›://u:‹redacted›@h/db');
});

const credentials = [
  `ghp_${'a1'.repeat(18)}`,
  `ghs_123_${'aB3.'.repeat(20)}x`,
  `github_pat_${'a1'.repeat(20)}`,
  `sk_live_${'a1'.repeat(12)}`,
  `AKIA${'A1'.repeat(8)}`,
  `eyJhbGciOiJIUzI1NiJ9.${'a1'.repeat(10)}.${'b2'.repeat(10)}`,
  `xoxb-${'1'.repeat(12)}-abc`,
  `-----BEGIN RSA PRIVATE KEY-----\n${'MIIE'.repeat(20)}\n-----END RSA PRIVATE KEY-----`,
];

test('well-known credentials are replaced in text, in values and in the shape', () => {
  for (const credential of credentials) {
    assert.equal(redactText(`before ${credential} after`, []), 'before ‹redacted› after', credential);
    const values = [value('note', credential), value('other', `see ${credential}`)];
    const redacted = redactForm(form({ shape: [`/* ${credential} */ SELECT `, ', ', ''], values }), []);
    assert.ok(!JSON.stringify(redacted).includes(credential.slice(0, 30)), credential);
    assert.equal(redacted.values[0]?.type, 'redacted');
    assert.equal(redacted.shape.length, 3);
  }
});

test('sentences lose what stands behind a secret name and keep their words', () => {
  assert.equal(redactText('PGPASSWORD=hunter2 psql', []), 'PGPASSWORD=‹redacted› psql');
  assert.equal(redactText('use token=abc now', []), 'use token=‹redacted› now');
  assert.equal(redactText('mysql --password hunter2 -h db', []), 'mysql --password ‹redacted› -h db');
  assert.equal(redactText('Authorization: Bearer abc', []), 'Authorization: Bearer ‹redacted›');
  assert.equal(redactText('{"password": "a b", "x": 1}', []), '{"password": ‹redacted›, "x": 1}');
  assert.equal(redactText('the token was refused, try again', []), 'the token was refused, try again');
});

test('an option that takes a secret redacts the value behind it', () => {
  const values = [
    value('argv[0]', '--password'),
    value('argv[1]', 'hunter2'),
    value('argv[2]', '--token=abc'),
  ];
  const redacted = redactForm({ ...commandForm, shape: ['', ' ', ' ', ''], values }, []);
  assert.equal(formText(redacted), "--password ‹redacted› '--token=‹redacted›'");
  assert.deepEqual(unexplainedRedactions(redacted), []);
});

test('a redaction that no name explains is named for the App', () => {
  const values = [value('amount', '', { type: 'redacted' }), value('password', '', { type: 'redacted' })];
  assert.deepEqual(unexplainedRedactions({ ...chargeForm, shape: ['', '', ''], values }), ['amount']);
});

test('redacting twice changes nothing, and the shape keeps one part more than values', () => {
  const secrets = fc.array(fc.oneof(hostile, fc.constantFrom('redacted', '‹', 'ok', 'postgres')), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(hostileForm, secrets, (of, known) => {
      const once = redactForm(of, known);
      assert.deepEqual(redactForm(once, known), once);
      assert.equal(once.shape.length, once.values.length + 1);
      assert.equal(new Set(once.values.map(({ name }) => name)).size, once.values.length);
      const text = redactText(formText(of), known);
      assert.equal(redactText(text, known), text);
    }),
    { numRuns: 500 },
  );
});

test('no long secret survives anywhere in a form or a text', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9!?._-]{12,40}$/);
  fc.assert(
    fc.property(hostileForm, secret, hostile, hostile, (of, known, before, after) => {
      const text = `${before}${known}${after}`;
      const [first = '', ...rest] = of.shape;
      const carrying = {
        ...of,
        shape: [text + first, ...rest],
        values: of.values.map((entry) => (entry.text === '' ? entry : { ...entry, text })),
      };
      assert.ok(!JSON.stringify(redactForm(carrying, [known])).includes(known));
      assert.ok(!redactText(text, [known]).includes(known));
    }),
  );
});

test('redaction takes linear time on texts made to make it slow', () => {
  const parts = ['eyJ-', '-----BEGIN PRIVATE KEY-----', 'a://b:', 'ghp_', 'password ', 'a', ' ', 'sk-', "'"];
  for (const part of parts) {
    assert.equal(typeof redactText(part.repeat(100_000 / part.length), ['s3cr3t-value']), 'string');
  }
});
