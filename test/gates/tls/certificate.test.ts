import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { authorityCertificate, type Issuer, serverCertificate } from '../../../src/gates/tls/certificate.ts';
import { der } from '../../../src/protocol/tls/der.ts';

const authority: Issuer = { name: 'JIT Approval of one run', ...keys() };
const validity = { from: new Date('2026-01-01T00:00:00.5Z'), to: new Date('2026-02-01T12:30:00Z') };

function keys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function issued(host: string): X509Certificate {
  return new X509Certificate(serverCertificate(host, keys().publicKey, authority, validity));
}

const root = new X509Certificate(authorityCertificate(authority, validity));

test('the authority signs itself, is an authority, and keeps its time', () => {
  assert.equal(root.ca, true);
  assert.equal(root.subject, 'CN=JIT Approval of one run');
  assert.equal(root.issuer, root.subject);
  assert.ok(root.verify(authority.publicKey));
  assert.equal(root.validFromDate.toISOString(), '2026-01-01T00:00:00.000Z');
  assert.equal(root.validToDate.toISOString(), '2026-02-01T12:30:00.000Z');
});

test('a server has a certificate of the authority for its name alone', () => {
  const server = issued('api.example.com');
  assert.equal(server.ca, false);
  assert.ok(server.checkIssued(root));
  assert.ok(server.verify(authority.publicKey));
  assert.equal(server.checkHost('api.example.com'), 'api.example.com');
  assert.equal(server.checkHost('example.com'), undefined);
  assert.equal(server.checkHost('other.example.com'), undefined);
  assert.deepEqual(server.keyUsage, ['1.3.6.1.5.5.7.3.1']);
});

for (const [written, shown] of [
  ['127.0.0.1', '127.0.0.1'],
  ['10.255.0.9', '10.255.0.9'],
  ['::1', '0:0:0:0:0:0:0:1'],
  ['2001:db8::a:1', '2001:DB8:0:0:0:0:A:1'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ['::ffff:10.1.2.3', '0:0:0:0:0:FFFF:A01:203'],
  ['fe80::1%eth0', 'FE80:0:0:0:0:0:0:1'],
] as const) {
  test(`the address ${written} is certified as an address`, () => {
    assert.equal(issued(written).subjectAltName, `IP Address:${shown}`);
  });
}

test('a name of 253 characters has its certificate', () => {
  const long = `${'a23456789.'.repeat(25)}com`;
  assert.equal(issued(long).checkHost(long), long);
});

test('no two certificates have the same serial number, and none is negative', () => {
  const serials = Array.from({ length: 200 }, () => issued('a.example').serialNumber);
  assert.equal(new Set(serials).size, 200);
  for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/);
});

describe('DER', () => {
  for (const [count, head] of [
    [0, '0400'],
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [65_536, '0483010000'],
  ] as const) {
    test(`writes a length of ${count} in as few bytes as can be`, () => {
      const written = der.octets(Buffer.alloc(count));
      assert.equal(written.subarray(0, written.length - count).toString('hex'), head);
    });
  }

  test('writes numbers without leading zeros, and never negative', () => {
    const hex = (bytes: readonly number[]) => der.integer(Buffer.from(bytes)).toString('hex');
    assert.equal(hex([]), '020100');
    assert.equal(hex([0]), '020100');
    assert.equal(hex([0, 0, 5]), '020105');
    assert.equal(hex([0x80]), '02020080');
    assert.equal(hex([0, 0x80, 0]), '0203008000');
  });

  test('writes object identifiers as X.690 shows them', () => {
    assert.equal(der.oid('2.999.3').toString('hex'), '0603883703');
    assert.equal(der.oid('1.2.840.113549').toString('hex'), '06062a864886f70d');
  });

  test('writes years from 2050 with four digits', () => {
    assert.equal(der.time(new Date('2049-12-31T23:59:59Z')).toString('latin1'), '\x17\x0d491231235959Z');
    assert.equal(der.time(new Date('2050-01-01T00:00:00Z')).toString('latin1'), '\x18\x0f20500101000000Z');
  });
});
