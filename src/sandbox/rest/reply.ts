import type { Json } from '../shapes/account.ts';
import type { Call } from './call.ts';

/** What a handler answers. */
export interface Reply {
  readonly status: number;
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** For lists: which other pages there are. */
  readonly link?: Link;
}

interface Link {
  /** Query parameters that lead to the neighbours. */
  readonly pages: Readonly<
    Record<'prev' | 'next' | 'first' | 'last', Readonly<Record<string, string>> | null>
  >;
}

export type Handler = (call: Call) => Reply | Promise<Reply>;

export function ok(json: unknown): Reply {
  return { status: 200, json };
}

export function created(json: unknown): Reply {
  return { status: 201, json };
}

/** The slice of a list that `page` and `per_page` ask for, with links to the others. */
export async function paged<T>(
  call: Call,
  items: readonly T[],
  show: (item: T) => Json | Promise<Json>,
  wrap: (shown: Json[], total: number) => unknown = (shown) => shown,
): Promise<Reply> {
  const size = Math.min(100, Math.max(1, Number(call.asked('per_page') ?? 30)));
  const page = Math.max(1, Number(call.asked('page') ?? 1));
  const last = Math.max(1, Math.ceil(items.length / size));
  const shown: Json[] = [];
  for (const item of items.slice((page - 1) * size, page * size)) shown.push(await show(item));
  const at = (number: number) => ({ page: String(number), per_page: String(size) });
  return {
    status: 200,
    json: wrap(shown, items.length),
    link: {
      pages: {
        prev: page > 1 ? at(Math.min(page - 1, last)) : null,
        next: page < last ? at(page + 1) : null,
        last: page < last ? at(last) : null,
        first: page > 1 ? at(1) : null,
      },
    },
  };
}

/** Lists that GitHub wraps with their total. */
export function counted(name: string): (shown: Json[], total: number) => Json {
  return (shown, total) => ({ total_count: total, [name]: shown });
}
