import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scramChallenge, scramSecret } from '../../../src/protocol/postgres/scram.ts';
import { ProtocolViolation } from '../../../src/protocol/postgres/violation.ts';

// The example of RFC 7677, section 3
const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
const secret = scramSecret('pencil', salt, 4096);
const clientFirst = 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO';
const serverNonce = '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
const whole = `rOprNGfwEbeRWgbNEkqO${serverNonce}`;
const proof = 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=';

test('the exchange of RFC 7677 is answered word for word', () => {
  const challenge = scramChallenge(secret, clientFirst, serverNonce);
  assert.equal(challenge.text, `r=${whole},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`);
  assert.equal(
    challenge.finish(`c=biws,r=${whole},p=${proof}`),
    'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  );
});

test('a wrong proof, a wrong nonce and a wrong channel binding are refused', () => {
  const challenge = scramChallenge(secret, clientFirst, serverNonce);
  assert.equal(challenge.finish(`c=biws,r=${whole},p=${Buffer.alloc(32).toString('base64')}`), null);
  assert.equal(challenge.finish(`c=biws,r=${whole}x,p=${proof}`), null);
  assert.equal(challenge.finish(`c=eSws,r=${whole},p=${proof}`), null);
  assert.equal(challenge.finish(`c=biws,r=${whole},p=${Buffer.alloc(3).toString('base64')}`), null);
});

test('what is no SCRAM message is a violation', () => {
  for (const first of ['', 'n,,', 'p=tls-server-end-point,,n=,r=x', 'n,,n=user,r=']) {
    assert.throws(() => scramChallenge(secret, first, serverNonce), ProtocolViolation, first);
  }
  const challenge = scramChallenge(secret, clientFirst, serverNonce);
  assert.throws(() => challenge.finish('c=biws'), ProtocolViolation);
});
