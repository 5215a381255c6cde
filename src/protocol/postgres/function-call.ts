import { BodyReader } from './reader.ts';

export interface FunctionCall {
  readonly oid: number;
  readonly arguments: readonly (Buffer | null)[];
}

export function decodeFunctionCall(body: Buffer): FunctionCall {
  const reader = new BodyReader(body, 'FunctionCall');
  const oid = reader.uint32();
  reader.bytes(2 * reader.count());
  const values = Array.from({ length: reader.count() }, () => {
    const length = reader.int32();
    return length === -1 ? null : reader.bytes(length);
  });
  reader.int16();
  reader.end();
  return { oid, arguments: values };
}
