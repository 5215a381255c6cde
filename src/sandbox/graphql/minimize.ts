import { minimizeComment } from '../domain/comments.ts';
import type { Call } from '../rest/call.ts';
import { ok, type Reply } from '../rest/reply.ts';
import { mayChange, need } from '../rest/routes/comments.ts';
import { numberOfNode } from '../shapes/account.ts';
import { variablesOf } from './variables.ts';

/** GitHub's ReportedContentClassifiers. */
const classifiers = new Set(['ABUSE', 'DUPLICATE', 'OFF_TOPIC', 'OUTDATED', 'RESOLVED', 'SPAM']);

const mutation =
  /^mutation\b[^{]*\{\s*minimizeComment\s*\(\s*input\s*:\s*(\$\w+|\{[^{}]*\})\s*\)\s*\{\s*minimizedComment\s*\{\s*isMinimized\s*\}\s*\}\s*\}$/;

/** Null for another mutation than minimizeComment. */
export function answerMinimize(call: Call, query: string): Reply | null {
  const [, written] = mutation.exec(query) ?? [];
  if (written === undefined) return null;
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
