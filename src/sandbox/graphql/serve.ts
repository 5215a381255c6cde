import { Refusal } from '../domain/refusal.ts';
import type { Call } from '../rest/call.ts';
import { ok, type Reply } from '../rest/reply.ts';
import { answerCommentNodes } from './comment-nodes.ts';
import { answerMinimize } from './minimize.ts';

/** Where GraphQL is answered on GitHub Enterprise Server: beside /api/v3, not under it. */
export const graphqlPath = '/api/graphql';

/**
 * What this project asks in GraphQL: minimizeComment, and whether comments were edited. As GitHub does, whatever
 * goes wrong is answered with status 200 and `errors`. Anything else counts as a request that GitHub does not know.
 */
export function answerGraphql(call: Call): Reply {
  try {
    const query = (call.text('query') ?? '').trim();
    const reply = answerMinimize(call, query) ?? answerCommentNodes(call, query);
    if (reply !== null) return reply;
    call.world.violations.push({ where: 'POST /graphql', problem: `not understood: ${query}` });
    return failed('UNKNOWN', 'The sandbox understands minimizeComment and includesCreatedEdit only');
  } catch (thrown) {
    if (!(thrown instanceof Refusal) || thrown.status === 401) throw thrown;
    return failed('FORBIDDEN', thrown.message);
  }
}

function failed(type: string, message: string): Reply {
  return ok({ data: null, errors: [{ type, message }] });
}
