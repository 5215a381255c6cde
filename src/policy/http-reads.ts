import type { HttpAction, RuntimeAction } from './action.ts';
import type { Policy } from './parse.ts';
import { indexOf } from './rule-index.ts';

/** What of a request is known before its body is read. */
export type HttpHead = Pick<
  HttpAction,
  'target' | 'method' | 'scheme' | 'host' | 'port' | 'path' | 'headers'
>;

/**
 * Whether a request's body must be read: when a rule that can hold or deny may match the head, because a held
 * action binds its body. Everything else is streamed.
 */
export function httpReads(policy: Policy, head: HttpHead): 'head' | 'body' {
  const unread = { known: false, why: 'not read yet' } as const;
  const action: RuntimeAction = {
    kind: 'http',
    origin: null,
    ...head,
    query: unread,
    contentType: null,
    body: unread,
    bodyDigest: null,
  };
  const unit = { action, operation: null, relations: null, notUnderstood: null };
  const mayMatch = policy.layers.some(
    (layer) =>
      layer.default !== 'allow' ||
      indexOf(layer.rules)
        .candidates([unit])
        .some((rule) => rule.effect !== 'allow' && rule.on.match(unit, 'strict').answer !== 'no'),
  );
  return mayMatch ? 'body' : 'head';
}
