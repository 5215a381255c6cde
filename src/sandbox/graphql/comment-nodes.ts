import type { Call } from '../rest/call.ts';
import { ok, type Reply } from '../rest/reply.ts';
import { need } from '../rest/routes/comments.ts';
import { nodeId, numberOfNode } from '../shapes/account.ts';
import { variablesOf } from './variables.ts';

const nodes =
  /^query\s*\(\s*\$ids\s*:\s*\[ID!\]!\s*\)\s*\{\s*nodes\s*\(\s*ids\s*:\s*\$ids\s*\)\s*\{\s*\.\.\.\s*on\s+IssueComment\s*\{\s*id\s+includesCreatedEdit\s*\}\s*\}\s*\}$/;

/** GitHub takes a hundred ids at once. */
const most = 100;

/** Whether comments, by node id, were edited after they were written. Null for another query. */
export function answerCommentNodes(call: Call, query: string): Reply | null {
  if (!nodes.test(query)) return null;
  const { ids } = variablesOf(call);
  const asked: readonly unknown[] = Array.isArray(ids) ? ids : [];
  if (asked.length > most) {
    const message = `You may not provide more than ${most} node ids; you provided ${asked.length}.`;
    return ok({ data: null, errors: [{ type: 'ARGUMENT_LIMIT', path: ['nodes'], message }] });
  }
  const missing = asked.filter((id) => commentOf(call, id) === undefined);
  return ok({
    data: { nodes: asked.map((id) => shown(call, id)) },
    ...(missing.length > 0 && {
      errors: missing.map((id) => ({
        type: 'NOT_FOUND',
        path: ['nodes', asked.indexOf(id)],
        message: `Could not resolve to a node with the global id of '${String(id)}'`,
      })),
    }),
  });
}

function commentOf(call: Call, id: unknown) {
  const number = numberOfNode('IssueComment', String(id));
  return number === null ? undefined : call.world.comments.get(number);
}

function shown(call: Call, id: unknown) {
  const comment = commentOf(call, id);
  if (comment === undefined) return null;
  need(call, comment.repository, 'read');
  return { id: nodeId('IssueComment', comment.id), includesCreatedEdit: comment.edited };
}
