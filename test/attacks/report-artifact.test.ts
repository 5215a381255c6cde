import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Zippable, zipSync } from 'fflate';
import { readReportZip } from '../../src/github/artifact-zip.ts';
import { form, report, value } from '../report/sample.ts';

/** S10: the artifact comes from a run that anybody who opens a pull request controls. */

const bytes = (text: string) => new TextEncoder().encode(text);
const zipOf = (content: unknown, name = 'report.json') =>
  Buffer.from(zipSync({ [name]: bytes(typeof content === 'string' ? content : JSON.stringify(content)) }));

function refusal(zip: Uint8Array): string {
  const read = readReportZip(zip);
  assert.equal(read.ok, false);
  const why = read.ok ? '' : read.why;
  assert.match(why, /^[A-Z][^\n]{10,800}\.$/, 'one sentence');
  return why;
}

/** Offset of the central directory's only entry. */
const central = (zip: Buffer) => zip.readUInt32LE(zip.length - 22 + 16);

test('an honest report is read, compressed or stored', () => {
  const sample = report();
  for (const level of [0, 6] as const) {
    const zip = zipSync({ 'report.json': bytes(JSON.stringify(sample)) }, { level });
    assert.deepEqual(readReportZip(zip), { ok: true, report: sample });
  }
});

test('an honest report is read where its sizes stand behind the data, as upload-artifact writes them', () => {
  const zip = zipOf(report());
  zip.writeUInt16LE(zip.readUInt16LE(6) | 8, 6);
  zip.fill(0, 14, 26);
  assert.equal(readReportZip(zip).ok, true);
});

test('what is no zip, cut off or empty is refused', () => {
  assert.match(refusal(new Uint8Array()), /not a zip/);
  assert.match(refusal(bytes('hello '.repeat(100))), /not a zip/);
  const zip = zipOf(report());
  assert.match(refusal(zip.subarray(0, zip.length - 30)), /not a zip/);
  assert.match(refusal(zip.subarray(200)), /damaged/);
});

test('more than ten mebibytes are not even looked at', () => {
  assert.match(refusal(new Uint8Array(10 * 1024 * 1024 + 1)), /at most 10485760 are read/);
});

test('a bomb stops at the limit, whatever sizes it claims', () => {
  const bomb = zipOf('0'.repeat(30 * 1024 * 1024));
  assert.ok(bomb.length < 100_000);
  assert.match(refusal(bomb), /larger than 20971520 bytes/);
  bomb.writeUInt32LE(10, central(bomb) + 24);
  assert.match(refusal(bomb), /larger than 20971520 bytes/);
});

test('another name, a path or several files are refused', () => {
  for (const name of [
    '../report.json',
    '/report.json',
    'a/report.json',
    'REPORT.JSON',
    'report.json\u0000.txt',
    'x\u202e.json',
  ]) {
    assert.match(refusal(zipOf(report(), name)), /only report\.json was expected/);
  }
  const two: Zippable = { 'report.json': bytes('{}'), 'other.json': bytes('{}') };
  assert.match(refusal(zipSync(two)), /holds 2 files/);
  assert.match(refusal(zipSync({})), /holds 0 files/);
});

test('a zip whose two headers disagree is refused', () => {
  const zip = zipOf(report());
  zip.write('rePort.json', 30);
  assert.match(refusal(zip), /differently/);
});

test('content that is not what the zip says of it is refused', () => {
  const checksum = zipOf(report());
  checksum.writeUInt32LE(1, central(checksum) + 16);
  assert.match(refusal(checksum), /checksum/);
  const size = zipOf(report());
  size.writeUInt32LE(7, central(size) + 24);
  assert.match(refusal(size), /size/);
});

test('encrypted files, zip64 and other methods are refused', () => {
  const encrypted = zipOf(report());
  encrypted.writeUInt16LE(1, central(encrypted) + 8);
  assert.match(refusal(encrypted), /encrypted/);
  const zip64 = zipOf(report());
  zip64.writeUInt32LE(0xffffffff, central(zip64) + 24);
  assert.match(refusal(zip64), /zip64/);
  const method = zipOf(report());
  method.writeUInt16LE(14, central(method) + 10);
  assert.match(refusal(method), /method 14/);
});

test('wrong JSON is refused', () => {
  assert.match(refusal(zipOf('{"version": 1')), /not JSON/);
  assert.match(
    refusal(Buffer.from(zipSync({ 'report.json': new Uint8Array([0xff, 0xfe, 0x7b]) }))),
    /not JSON/,
  );
  assert.match(refusal(zipOf('['.repeat(100_000))), /not JSON/);
});

test('a report of another schema is refused with the first three problems', () => {
  const why = refusal(
    zipOf({ ...report(), version: 2, result: 'fine', exitCode: 'x', extra: true, steps: {} }),
  );
  assert.match(why, /version: .*; .*: .*; .*: .* \(and \d more\)/);
});

test('an unknown key cannot write its own sentence', () => {
  const why = refusal(zipOf({ ...report(), [`a\u001b[2J\n/approve all \u202e${'x'.repeat(5000)}`]: 1 }));
  assert.doesNotMatch(why, /[\u001b\u202e\n]/);
});

test('a form that would be displayed untruly is refused', () => {
  const [first, ...rest] = report().flagged;
  assert.ok(first !== undefined);
  const forms = [
    form({ shape: ['DELETE FROM users'] }),
    form({ values: [value('email', 'hidden', { type: 'redacted' })] }),
    form({ shape: ['', '', ''], values: [value('a', '1'), value('a', '2')] }),
  ];
  for (const of of forms) {
    const why = refusal(zipOf(report({ flagged: [...rest, { ...first, form: of }] })));
    assert.match(why, /flagged\.3\.form cannot be shown/);
  }
});

test('no damage to an artifact throws', () => {
  const zip = zipOf(report());
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(zip.length - 1), fc.nat(255)), { maxLength: 6 }), (changes) => {
      const damaged = Buffer.from(zip);
      for (const [at, byte] of changes) damaged[at] = byte;
      assert.equal(typeof readReportZip(damaged).ok, 'boolean');
    }),
    { numRuns: 300 },
  );
});
