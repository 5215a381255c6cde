import { type Operation, operations } from './description.ts';

interface Route {
  readonly operation: Operation;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  /** Literal characters: of two routes that fit, the one that says more wins. */
  readonly literal: number;
}

/** Parameters that may hold slashes that were not encoded. */
const greedy: ReadonlySet<string> = new Set(['path', 'ref', 'base', 'head']);

function compile(operation: Operation): Route {
  const names: string[] = [];
  const source = operation.path
    .split(/(\{[a-z_]+\})/)
    .map((part) => {
      const name = /^\{([a-z_]+)\}$/.exec(part)?.[1];
      if (!name) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      names.push(name);
      return greedy.has(name) ? '(.+?)' : '([^/]+)';
    })
    .join('');
  const optional = operation.id === 'repos/get-content' ? source.replace('/(.+?)', '(?:/(.*?))?') : source;
  return {
    operation,
    pattern: new RegExp(`^${optional}/?$`),
    names,
    literal: operation.path.replace(/\{[a-z_]+\}/g, '').length,
  };
}

const routes = operations.map(compile).sort((a, b) => b.literal - a.literal);

export interface Match {
  readonly operation: Operation;
  readonly parameters: Record<string, string>;
}

/** The operation that a request asks for; `path` is still percent-encoded. */
export function route(method: string, path: string): Match | null {
  for (const each of routes) {
    if (each.operation.method !== method) continue;
    const found = each.pattern.exec(path);
    if (!found) continue;
    const parameters: Record<string, string> = {};
    each.names.forEach((name, index) => {
      parameters[name] = decode(found[index + 1] ?? '');
    });
    return { operation: each.operation, parameters };
  }
  return null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
