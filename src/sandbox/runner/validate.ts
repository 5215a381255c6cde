import { registerHooks } from 'node:module';

/**
 * GitHub's own schemas for workflow and action files, as its language server applies them: unknown keys, a
 * missing `shell`, a context that is not available at that place.
 */

// The package imports its JSON schemas without the import attribute that Node asks for.
const hooks = registerHooks({
  load(url, context, next) {
    if (!/workflow-parser\/dist\/[a-z]+-v1\.0\.min\.json$/.test(url)) return next(url, context);
    return next(url, { ...context, importAttributes: { type: 'json' } });
  },
});
const parser = await import('@actions/workflow-parser');
const actions = await import('@actions/workflow-parser/actions/index');
hooks.deregister();

interface Finding {
  readonly message: string;
}

function sentences(findings: readonly Finding[]): readonly string[] {
  return findings.map((finding) => finding.message);
}

export function validateWorkflow(text: string, name: string): readonly string[] {
  const trace = new parser.NoOperationTraceWriter();
  return sentences(parser.parseWorkflow({ name, content: text }, trace).context.errors.getErrors());
}

export function validateAction(text: string, name: string): readonly string[] {
  const trace = new parser.NoOperationTraceWriter();
  return sentences(actions.parseAction({ name, content: text }, trace).context.errors.getErrors());
}
