import { JitError } from '../errors.ts';

export interface RefusalWords {
  readonly actionId: string;
  readonly message: string;
  readonly detail: string;
  readonly hint: string;
}

/** The call waits for a maintainer; `hint` says how to approve it. Codes are the same as in PostgreSQL's gate. */
export class HeldError extends JitError<'JA001'> {
  readonly actionId: string;
  readonly detail: string;
  readonly hint: string;

  constructor(words: RefusalWords) {
    super('JA001', sentence(words));
    this.name = 'HeldError';
    this.actionId = words.actionId;
    this.detail = words.detail;
    this.hint = words.hint;
  }
}

/** The policy or a person says no. */
export class DeniedError extends JitError<'JA002'> {
  readonly actionId: string;
  readonly detail: string;
  readonly hint: string;

  constructor(words: RefusalWords) {
    super('JA002', sentence(words));
    this.name = 'DeniedError';
    this.actionId = words.actionId;
    this.detail = words.detail;
    this.hint = words.hint;
  }
}

function sentence({ message, hint }: RefusalWords): string {
  return hint === '' ? message : `${message} ${hint}`;
}
