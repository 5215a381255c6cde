import { minimizeComment } from '../domain/comments.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Call } from '../rest/call.ts';
import { ok, type Reply } from '../rest/reply.ts';
import { mayChange, need } from '../rest/routes/comments.ts';
import { numberOfNode } from '../shapes/account.ts';

/** Where GraphQL is answered on GitHub Enterprise Server: beside /api/v3, not under it. */
export const graphqlPath = '/api/graphql';

/** GitHub's ReportedContentClassifiers. */
const classifiers = new Set(['ABUSE', 'DUPLICATE', 'OFF_TOPIC', 'OUTDATED', 'RESOLVED', 'SPAM']);

const mutation =
  /^mutation\b[^{]*\{\s*minimizeComment\s*\(\s*input\s*:\s*(\$\w+|\{[^{}]*\})\s*\)\s*\{\s*minimizedComment\s*\{\s*isMinimized\s*\}\s*\}\s*\}$/;

/**
 * The one mutation that the App sends: minimizeComment. As GitHub does, whatever goes wrong is answered with
 * status 200 and `errors`. Anything else in GraphQL counts as a request that GitHub does not know.
 */
export function answerGraphql(call: Call): Reply {
  try {
    const query = (call.text('query') ?? '').trim();
    const [, written] = mutation.exec(query) ?? [];
    if (written === undefined) {
      call.world.violations.push({ where: 'POST /graphql', problem: `not understood: ${query}` });
      return failed('UNKNOWN', 'The sandbox understands minimizeComment only');
    }
    const { subjectId, classifier } = inputOf(written, variablesOf(call));
    const number = numberOfNode('IssueComment', String(subjectId));
    const comment = number === null ? undefined : call.world.comments.get(number);
    if (comment === undefined) {
      return failed('NOT_FOUND', `Could not resolve to a node with the global id of '${String(subjectId)}'.`);
    }
    need(call, comment.repository, 'write');
    mayChange(call, comment);
    if (typeof classifier !== 'string' || !classifiers.has(classifier)) {
      return failed('INVALID', `Argument 'classifier' has an invalid value (${String(classifier)}).`);
    }
    minimizeComment(call.world, comment, classifier);
    return ok({ data: { minimizeComment: { minimizedComment: { isMinimized: true } } } });
  } catch (thrown) {
    if (!(thrown instanceof Refusal) || thrown.status === 401) throw thrown;
    return failed('FORBIDDEN', thrown.message);
  }
}

function variablesOf(call: Call): Readonly<Record<string, unknown>> {
  const { variables } = call.body;
  return typeof variables === 'object' && variables !== null ? { ...variables } : {};
}

/** The mutation's input: a variable as a whole, or an object whose fields are variables, texts or words. */
function inputOf(
  written: string,
  variables: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (written.startsWith('$')) {
    const whole = variables[written.slice(1)];
    return typeof whole === 'object' && whole !== null ? { ...whole } : {};
  }
  const fields = [...written.matchAll(/(\w+)\s*:\s*(?:\$(\w+)|"([^"]*)"|([A-Z_]+))/g)];
  return Object.fromEntries(
    fields.map(([, name = '', variable, text, word]) => [
      name,
      variable === undefined ? (text ?? word) : variables[variable],
    ]),
  );
}

function failed(type: string, message: string): Reply {
  return ok({ data: { minimizeComment: null }, errors: [{ type, path: ['minimizeComment'], message }] });
}
