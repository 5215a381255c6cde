import { JitError } from '../../errors.ts';

/** What GitHub answers to a request it does not carry out. `message` is GitHub's own wording where it is known. */
export class Refusal extends JitError<'github-refusal'> {
  readonly status: number;
  readonly errors: readonly Readonly<Record<string, unknown>>[] | null;

  constructor(
    status: number,
    message: string,
    errors: readonly Readonly<Record<string, unknown>>[] | null = null,
  ) {
    super('github-refusal', message);
    this.status = status;
    this.errors = errors;
  }
}

export function notFound(): Refusal {
  return new Refusal(404, 'Not Found');
}

export function forbidden(message = 'Resource not accessible by integration'): Refusal {
  return new Refusal(403, message);
}

/** 422 as GitHub's models answer it, one error per field. */
export function invalid(
  resource: string,
  field: string,
  code: 'missing_field' | 'invalid' | 'custom' | 'already_exists',
  message: string,
): Refusal {
  return new Refusal(422, 'Validation Failed', [{ resource, field, code, message }]);
}
