import type { ErrorObject } from 'ajv';
import { Refusal } from '../domain/refusal.ts';

/** 422 in the words in which GitHub speaks of a request that its schema refuses. */
export function invalidRequest(errors: readonly ErrorObject[]): Refusal {
  const sentences = [...new Set(errors.map(sentence).filter((each) => each !== null))];
  return new Refusal(422, `Invalid request.\n\n${sentences.join('\n')}`);
}

function sentence(error: ErrorObject): string | null {
  const at = error.instancePath.slice(1);
  const { params } = error;
  const value: unknown = Reflect.get(error, 'data');
  switch (error.keyword) {
    case 'required':
      return `"${String(params.missingProperty)}" wasn't supplied.`;
    case 'maxItems':
      return `No more than ${String(params.limit)} items are allowed; ${Array.isArray(value) ? value.length : 'more'} were supplied.`;
    case 'maxLength':
      return `For '${at}', only ${String(params.limit)} characters are allowed; more were supplied.`;
    case 'enum':
      return `For '${at}', the value is not a member of ${JSON.stringify(params.allowedValues)}.`;
    case 'type':
      return `For '${at}', the value is not ${String(params.type)}.`;
    case 'oneOf':
    case 'anyOf':
    case 'if':
      return null;
    default:
      return `For '${at}', the value ${error.message ?? 'is invalid'}.`;
  }
}
