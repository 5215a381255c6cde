import { BodyReader } from './reader.ts';
import { protocol30 } from './startup.ts';
import { ProtocolViolation } from './violation.ts';
import { cstring, int32, message } from './writer.ts';

/** Small messages of the server: decoded where the gate follows them, encoded where it speaks for the server. */

export type TransactionStatus = 'I' | 'T' | 'E';

export function decodeReady(body: Buffer): TransactionStatus {
  const reader = new BodyReader(body, 'ReadyForQuery');
  const status = String.fromCharCode(reader.byte());
  reader.end();
  if (status === 'I' || status === 'T' || status === 'E') return status;
  throw new ProtocolViolation(`ReadyForQuery says I, T or E, met ${JSON.stringify(status)}`);
}

export function decodeParameterStatus(body: Buffer): { name: string; value: string } {
  const reader = new BodyReader(body, 'ParameterStatus');
  const name = reader.text().toString('utf8');
  const value = reader.text().toString('utf8');
  reader.end();
  return { name, value };
}

export function parameterStatus(name: string, value: string): Buffer {
  return message('S', cstring(name), cstring(value));
}

export function decodeParameterDescription(body: Buffer): readonly number[] {
  const reader = new BodyReader(body, 'ParameterDescription');
  const oids = Array.from({ length: reader.count() }, () => reader.uint32());
  reader.end();
  return oids;
}

export function decodeBackendKey(body: Buffer): { process: number; key: Buffer } {
  const reader = new BodyReader(body, 'BackendKeyData');
  return { process: reader.int32(), key: reader.rest() };
}

/** A row whose columns all came in text form, as they do for what the gate itself asks. */
export function decodeTextRow(body: Buffer): readonly (string | null)[] {
  const reader = new BodyReader(body, 'DataRow');
  const row = Array.from({ length: reader.count() }, () => {
    const length = reader.int32();
    return length === -1 ? null : reader.bytes(length).toString('utf8');
  });
  reader.end();
  return row;
}

export const authenticationOk = message('R', int32(0));

export function authenticationSasl(mechanisms: readonly string[]): Buffer {
  return message('R', int32(10), ...mechanisms.map(cstring), Buffer.from([0]));
}

export function authenticationSaslContinue(text: string): Buffer {
  return message('R', int32(11), Buffer.from(text, 'utf8'));
}

export function authenticationSaslFinal(text: string): Buffer {
  return message('R', int32(12), Buffer.from(text, 'utf8'));
}

export function backendKeyData(process: number, key: Buffer): Buffer {
  return message('K', int32(process), key);
}

export function readyForQuery(status: TransactionStatus): Buffer {
  return message('Z', Buffer.from(status));
}

/** Sent to clients that ask for more than 3.0 or for protocol options: none of these is understood. */
export function negotiateProtocolVersion(unknownOptions: readonly string[]): Buffer {
  return message('v', int32(protocol30), int32(unknownOptions.length), ...unknownOptions.map(cstring));
}

/** First answer of a client to an offer of SASL. */
export function decodeSaslInitial(body: Buffer): { mechanism: string; data: string } {
  const reader = new BodyReader(body, 'SASLInitialResponse');
  const mechanism = reader.text().toString('utf8');
  const length = reader.int32();
  const data = length === -1 ? '' : reader.bytes(length).toString('utf8');
  reader.end();
  return { mechanism, data };
}
