import { crc32, inflateRawSync } from 'node:zlib';
import { messageOf } from '../errors.ts';
import { oneLine } from '../report/escape.ts';
import { formProblem } from '../report/form-text.ts';
import { type Report, reportSchema } from '../report/schema.ts';

/**
 * A report's artifact, written by a stranger. Only the one form of zip that upload-artifact makes is read: one
 * entry, found through the central directory as every unzipper finds it. Anything else is refused in words.
 */

const mebibyte = 1024 * 1024;
const maximumZip = 10 * mebibyte;
const maximumJson = 20 * mebibyte;
const fileName = 'report.json';

export type ReadReport =
  | { readonly ok: true; readonly report: Report }
  | { readonly ok: false; readonly why: string };

export function readReportZip(bytes: Uint8Array): ReadReport {
  if (bytes.length > maximumZip) {
    return refuse(`The artifact has ${bytes.length} bytes; at most ${maximumZip} are read.`);
  }
  try {
    const json = unzip(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return parse(json);
  } catch (thrown) {
    if (thrown instanceof Refusal) return refuse(thrown.message);
    return refuse(`The artifact could not be read: ${oneLine(messageOf(thrown)).slice(0, 200)}.`);
  }
}

class Refusal extends Error {}

function refuse(why: string): ReadReport {
  return { ok: false, why };
}

/** Signatures and sizes of APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16. */
const localHeader = { signature: 0x04034b50, size: 30 };
const centralHeader = { signature: 0x02014b50, size: 46 };
const endRecord = { signature: 0x06054b50, size: 22, maximumComment: 0xffff };
const encrypted = 0x2041; // bit 0, strong encryption (6), masked headers (13)
const zip64Marker = 0xffffffff;

interface Entry {
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  readonly offset: number;
}

function unzip(zip: Buffer): Buffer {
  const entry = onlyEntry(zip);
  const { offset } = entry;
  if (offset + localHeader.size > zip.length || zip.readUInt32LE(offset) !== localHeader.signature) {
    throw new Refusal(`The artifact's zip points to no file; it is damaged or made to deceive.`);
  }
  const nameLength = zip.readUInt16LE(offset + 26);
  const name = zip.subarray(offset + localHeader.size, offset + localHeader.size + nameLength);
  if (!name.equals(Buffer.from(fileName))) {
    throw new Refusal(`The artifact's zip names its file twice and differently; "${fileName}" was expected.`);
  }
  const start = offset + localHeader.size + nameLength + zip.readUInt16LE(offset + 28);
  if (start + entry.compressed > zip.length) {
    throw new Refusal(`The artifact's zip ends before its file does; it is cut off.`);
  }
  const content = inflate(zip.subarray(start, start + entry.compressed), entry.method);
  if (content.length !== entry.size || crc32(content) !== entry.crc) {
    throw new Refusal(`The artifact's ${fileName} is not what the zip says of it (size or checksum differ).`);
  }
  return content;
}

/** The entry of the central directory, which must be the only one. */
function onlyEntry(zip: Buffer): Entry {
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  const at = zip.readUInt32LE(end + 16);
  if (count === 0xffff || at === zip64Marker)
    throw new Refusal('The artifact is a zip64; a small zip was expected.');
  if (count !== 1) throw new Refusal(`The artifact holds ${count} files; only ${fileName} was expected.`);
  if (at + centralHeader.size > end || zip.readUInt32LE(at) !== centralHeader.signature) {
    throw new Refusal(`The artifact's zip has no readable directory; it is damaged.`);
  }
  const name = zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28));
  if (name !== fileName) {
    throw new Refusal(`The artifact holds "${oneLine(name).slice(0, 100)}"; only ${fileName} was expected.`);
  }
  if ((zip.readUInt16LE(at + 8) & encrypted) !== 0)
    throw new Refusal('The artifact is encrypted; it cannot be read.');
  const entry = {
    method: zip.readUInt16LE(at + 10),
    crc: zip.readUInt32LE(at + 16),
    compressed: zip.readUInt32LE(at + 20),
    size: zip.readUInt32LE(at + 24),
    offset: zip.readUInt32LE(at + 42),
  };
  if ([entry.compressed, entry.size, entry.offset].includes(zip64Marker)) {
    throw new Refusal('The artifact is a zip64; a small zip was expected.');
  }
  return entry;
}

/** The end record stands last, before a comment that must fill the rest exactly. */
function findEnd(zip: Buffer): number {
  const first = Math.max(0, zip.length - endRecord.size - endRecord.maximumComment);
  for (let at = zip.length - endRecord.size; at >= first; at--) {
    if (zip.readUInt32LE(at) !== endRecord.signature) continue;
    if (at + endRecord.size + zip.readUInt16LE(at + 20) === zip.length) return at;
  }
  throw new Refusal('The artifact is not a zip.');
}

/** Counts what really comes out: the sizes in a zip are claims. */
function inflate(data: Buffer, method: number): Buffer {
  if (method === 0) return data;
  if (method !== 8)
    throw new Refusal(`The artifact is compressed by method ${method}; deflate was expected.`);
  try {
    return inflateRawSync(data, { maxOutputLength: maximumJson });
  } catch (thrown) {
    if (thrown instanceof RangeError) {
      throw new Refusal(`The artifact's ${fileName} is larger than ${maximumJson} bytes when decompressed.`);
    }
    throw new Refusal(`The artifact's ${fileName} cannot be decompressed; it is damaged.`);
  }
}

function parse(content: Buffer): ReadReport {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch {
    return refuse(`The artifact's ${fileName} is not JSON.`);
  }
  const parsed = reportSchema.safeParse(value);
  if (!parsed.success) {
    const { issues } = parsed.error;
    const named = issues
      .slice(0, 3)
      .map(({ path, message }) => `${path.map(String).join('.') || 'the whole'}: ${message}`);
    const more = issues.length > 3 ? ` (and ${issues.length - 3} more)` : '';
    return refuse(oneLine(`The report does not follow version 1: ${named.join('; ').slice(0, 600)}${more}.`));
  }
  for (const [index, flagged] of parsed.data.flagged.entries()) {
    const problem = formProblem(flagged.form);
    if (problem !== null) return refuse(`The report's flagged.${index}.form cannot be shown: ${problem}.`);
  }
  return { ok: true, report: parsed.data };
}
