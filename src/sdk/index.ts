import { askJudge, tellSettlement } from './client.ts';
import { DeniedError, HeldError } from './errors.ts';
import { callerOf } from './origin.ts';
import { serialize } from './serialize.ts';

export { DeniedError, HeldError } from './errors.ts';

export interface GuardedCall {
  /** What rules know it by, for instance `email.send`. */
  readonly kind: string;
  /** The system that it reaches, by its name in the policy. */
  readonly target?: string | undefined;
  /** What decides about it: anything that JSON can carry; a BigInt keeps its digits. */
  readonly params?: unknown;
}

/** Parameters beyond this many bytes are not sent; rules that read them hold the call. */
const paramsLimit = 1_048_576;

/**
 * Runs `fn` if the policy allows the call, and gives back what it gives. Throws HeldError or DeniedError
 * otherwise, without running it. Outside `jit-approval run` (no JIT_APPROVAL_URL) it runs `fn` at once; where the
 * variable is set but nothing answers, it throws.
 */
export async function guard<T>(call: GuardedCall, fn: () => T | PromiseLike<T>): Promise<T> {
  const base = process.env.JIT_APPROVAL_URL;
  if (base === undefined || base === '') return fn();
  const answer = await askJudge(base, requestOf(call, callerOf(guard)));
  if (answer.outcome === 'held') throw new HeldError(answer);
  if (answer.outcome === 'denied') throw new DeniedError(answer);
  const start = performance.now();
  const tell = (settlement: 'completed' | 'failed'): Promise<void> =>
    tellSettlement(base, answer.ticket, settlement, performance.now() - start).catch((error: unknown) => {
      // It has happened by now; losing the count must not lose the result
      process.emitWarning(error instanceof Error ? error : String(error));
    });
  try {
    const result = await fn();
    await tell('completed');
    return result;
  } catch (error) {
    await tell('failed');
    throw error;
  }
}

function requestOf(call: GuardedCall, origin: { file: string; line: number } | null): string {
  const params = serialize(call.params);
  const head = JSON.stringify({
    kind: 'call',
    name: call.kind,
    target: call.target,
    cwd: process.cwd(),
    origin: origin ?? undefined,
    ...(params.length > paramsLimit ? { unreadable: `parameters of ${params.length} characters` } : {}),
  });
  // Put together as text, since JSON.stringify cannot write a BigInt
  return params.length > paramsLimit ? head : `${head.slice(0, -1)},"params":${params}}`;
}
