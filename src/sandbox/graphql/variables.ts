import type { Call } from '../rest/call.ts';

export function variablesOf(call: Call): Readonly<Record<string, unknown>> {
  const { variables } = call.body;
  return typeof variables === 'object' && variables !== null ? { ...variables } : {};
}
