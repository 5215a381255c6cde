/**
 * Base of every error this project throws on purpose. Programs switch on `code`; people read `message`,
 * which says what was expected, what was met and what to do, and never repeats a secret.
 */
export class JitError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JitError';
    this.code = code;
  }
}

/** Exit codes, after sysexits.h (75 = EX_TEMPFAIL, 77 = EX_NOPERM, 78 = EX_CONFIG, 64 = EX_USAGE). */
export const ExitCode = {
  passed: 0,
  failed: 1,
  usage: 64,
  held: 75,
  denied: 77,
  policy: 78,
} as const;

/** The sentence of anything that was thrown, also of what is no Error. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
