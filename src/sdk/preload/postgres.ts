import { Socket } from 'node:net';
import { originMessage } from '../../protocol/origin.ts';
import { afterLoading } from './loading.ts';
import type { Places } from './places.ts';

const queries = /[\\/]pg[\\/]lib[\\/]query\.js$|[\\/]pg-cursor[\\/](dist[\\/])?index\.js$/;
const pools = /[\\/]pg-pool[\\/]index\.js$/;

/**
 * The client `pg`. Each of its queries remembers where it was made, and tells the gate just before its own messages, on
 * the same connection: order needs no other channel, and the statement stays as it is. A server never gets such a
 * message, as only connections to the run's own gates are told.
 */
export function tellPostgres(places: Places, due: Due): void {
  const tell = teller(due);
  afterLoading(
    (file) => queries.test(file) || pools.test(file),
    (file, exports) => {
      if (queries.test(file)) return isQuery(exports) ? telling(exports, places, tell) : exports;
      keepThroughPool(exports, places);
      return exports;
    },
  );
}

type Query = new (
  ...given: unknown[]
) => {
  submit(connection: unknown): unknown;
};

function isQuery(exports: unknown): exports is Query {
  return typeof exports === 'function' && typeof exports.prototype?.submit === 'function';
}

function telling(Base: Query, places: Places, tell: Tell): Query {
  const Telling = class extends Base {
    readonly #place = places.current();

    override submit(connection: unknown): unknown {
      const told = tell(connection, this.#place);
      try {
        return super.submit(connection);
      } finally {
        told?.uncork();
      }
    }
  };
  Object.defineProperty(Telling, 'name', { value: Base.name });
  return Telling;
}

/** A query that waits for a free client of the pool starts when another one ends, by that one's stack. */
function keepThroughPool(exports: unknown, places: Places): void {
  if (typeof exports !== 'function') return;
  const connect: unknown = exports.prototype?.connect;
  if (typeof connect !== 'function') return;
  exports.prototype.connect = function connectKeeping(this: unknown, ...given: unknown[]): unknown {
    const [callback, ...others] = given;
    const kept =
      typeof callback === 'function' ? [places.bind((...words) => callback(...words)), ...others] : given;
    return Reflect.apply(connect, this, kept);
  };
}

/** Answers with the socket, corked, where it told something: what is written next goes along in one piece. */
function teller(due: Due): Tell {
  return (connection, place) => {
    const stream: unknown = Object(connection).stream;
    const told = due(stream, place);
    if (told === null || !(stream instanceof Socket)) return null;
    stream.cork();
    stream.write(told);
    return stream;
  };
}

type Tell = (connection: unknown, place: string) => Socket | null;

/** What has to be written before the messages of a query; null where the gate knows it, or where there is none. */
export type Due = (stream: unknown, place: string) => Buffer | null;

export function dueToGates(ports: ReadonlySet<number>): Due {
  const last = new WeakMap<Socket, string>();
  return (stream, place) => {
    if (!(stream instanceof Socket) || !ports.has(stream.remotePort ?? 0)) return null;
    if (stream.remoteAddress !== '127.0.0.1' || (last.get(stream) ?? '') === place) return null;
    last.set(stream, place);
    return message(place);
  };
}

function message(place: string): Buffer {
  const bytes = Buffer.alloc(5 + Buffer.byteLength(place));
  bytes.write(originMessage, 0, 'latin1');
  bytes.writeInt32BE(bytes.length - 1, 1);
  bytes.write(place, 5);
  return bytes;
}
