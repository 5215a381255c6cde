import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { der } from '../../protocol/tls/der.ts';

/** Who signs: a name, and its keys (ECDSA on P-256). */
export interface Issuer {
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface Validity {
  readonly from: Date;
  readonly to: Date;
}

/** A certificate authority's own certificate (RFC 5280), in PEM. It can sign for servers and for no further authority. */
export function authorityCertificate(authority: Issuer, validity: Validity): string {
  const key = keyIdentifier(authority.publicKey);
  return certificate(authority, authority.name, authority.publicKey, validity, [
    extension(oids.basicConstraints, true, der.sequence(der.boolean(true), der.integer(Buffer.from([0])))),
    // keyCertSign is bit 5
    extension(oids.keyUsage, true, der.bits(Buffer.from([0b0000_0100]), 2)),
    extension(oids.subjectKeyIdentifier, false, der.octets(key)),
  ]);
}

/** A certificate of a server that is reached as `host` (a name or an address), in PEM. */
export function serverCertificate(
  host: string,
  publicKey: KeyObject,
  authority: Issuer,
  validity: Validity,
): string {
  return certificate(authority, host, publicKey, validity, [
    extension(oids.basicConstraints, true, der.sequence()),
    // digitalSignature is bit 0
    extension(oids.keyUsage, true, der.bits(Buffer.from([0b1000_0000]), 7)),
    extension(oids.extendedKeyUsage, false, der.sequence(der.oid(oids.serverAuthentication))),
    extension(oids.subjectAlternativeName, false, der.sequence(alternativeName(host))),
    extension(oids.subjectKeyIdentifier, false, der.octets(keyIdentifier(publicKey))),
    extension(
      oids.authorityKeyIdentifier,
      false,
      der.sequence(der.taggedBytes(0, keyIdentifier(authority.publicKey))),
    ),
  ]);
}

const oids = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuthentication: '1.3.6.1.5.5.7.3.1',
} as const;

function certificate(
  issuer: Issuer,
  subject: string,
  publicKey: KeyObject,
  { from, to }: Validity,
  extensions: readonly Buffer[],
): string {
  const algorithm = der.sequence(der.oid(oids.ecdsaWithSha256));
  const signed = der.sequence(
    der.tagged(0, der.integer(Buffer.from([2]))),
    der.integer(serialNumber()),
    algorithm,
    name(issuer.name),
    der.sequence(der.time(from), der.time(to)),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der.tagged(3, der.sequence(...extensions)),
  );
  const signature = sign('sha256', signed, issuer.privateKey);
  return pem(der.sequence(signed, algorithm, der.bits(signature)));
}

/** Positive, and of 127 random bits: no two of a run are the same. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

/** A common name holds at most 64 characters (RFC 5280, ub-common-name); clients look at the alternative name. */
function name(text: string): Buffer {
  return der.sequence(der.set(der.sequence(der.oid(oids.commonName), der.text(text.slice(0, 64)))));
}

function alternativeName(host: string): Buffer {
  const address = addressBytes(host);
  return address === null ? der.taggedBytes(2, Buffer.from(host, 'latin1')) : der.taggedBytes(7, address);
}

/** The 4 or 16 bytes of an address; null for a name. */
function addressBytes(host: string): Buffer | null {
  const version = isIP(host);
  if (version === 0) return null;
  if (version === 4) return Buffer.from(host.split('.').map(Number));
  // the URL parser writes an address in one way, with an IPv4 tail in hexadecimal
  const written = new URL(`http://[${host.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const [before = '', after = ''] = written.split('::');
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => parseInt(group, 16));
  const [start, end] = [groups(before), groups(after)];
  const all = [...start, ...Array<number>(8 - start.length - end.length).fill(0), ...end];
  return Buffer.from(all.flatMap((group) => [group >>> 8, group & 0xff]));
}

function extension(oid: string, critical: boolean, content: Buffer): Buffer {
  return der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octets(content));
}

/** RFC 7093 section 2, method 1: the leftmost 160 bits of the SHA-256 of the key's bits. */
function keyIdentifier(key: KeyObject): Buffer {
  const spki = key.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki.subarray(-pointBytes)).digest().subarray(0, 20);
}

/** An uncompressed point of P-256, the last thing in its SubjectPublicKeyInfo (RFC 5480 section 2.2). */
const pointBytes = 65;

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').replace(/(.{64})(?=.)/g, '$1\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
