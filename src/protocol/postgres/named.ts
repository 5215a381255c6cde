import { BodyReader } from './reader.ts';
import { ProtocolViolation } from './violation.ts';
import { cstring, int32, message } from './writer.ts';

/** Body of Describe and Close: a prepared statement or a portal, by name. */
export interface Named {
  readonly what: 'statement' | 'portal';
  readonly name: Buffer;
}

export function decodeNamed(body: Buffer, message: 'Describe' | 'Close'): Named {
  const reader = new BodyReader(body, message);
  const kind = String.fromCharCode(reader.byte());
  if (kind !== 'S' && kind !== 'P') {
    throw new ProtocolViolation(`${message} names S or P, met ${JSON.stringify(kind)}`);
  }
  const name = reader.text();
  reader.end();
  return { what: kind === 'S' ? 'statement' : 'portal', name };
}

export function encodeClose(what: Named['what'], name: string): Buffer {
  return message('C', Buffer.from(what === 'statement' ? 'S' : 'P'), cstring(name));
}

/** Execute: a portal's name and how many rows are wanted (0: all). */
export interface Execute {
  readonly portal: Buffer;
  readonly rows: number;
}

export function decodeExecute(body: Buffer): Execute {
  const reader = new BodyReader(body, 'Execute');
  const portal = reader.text();
  const rows = reader.int32();
  reader.end();
  return { portal, rows };
}

export function encodeExecute(portal: string): Buffer {
  return message('E', cstring(portal), int32(0));
}

/** Sync, Flush and CopyDone say nothing but their type. */
export function decodeEmpty(body: Buffer, message: 'Sync' | 'Flush' | 'CopyDone'): void {
  new BodyReader(body, message).end();
}

export const sync = message('S');
export const flush = message('H');
export const terminate = message('X');
