import type { OwnedFile } from './codeowners.ts';
import type { ActionForm } from './form.ts';

/**
 * What one rule of the base's policy asks of the people who release a runtime action that it flagged. Several
 * rules on one action combine: each requirement must be met by itself.
 */
export interface HoldRequirement {
  readonly ruleId: string;
  /** Digest of the rule as the policy has it now. */
  readonly digest: string;
  /** How many distinct people. */
  readonly count: number;
  /** Any of these suffices. */
  readonly from: {
    readonly role: string | null;
    readonly teams: readonly string[];
    readonly users: readonly string[];
    /** Also whoever owns the file that caused the action, by the base's CODEOWNERS. */
    readonly codeowners?: boolean;
    /** Those owners, once the action is known; see `codeowners.ts`. */
    readonly owned?: OwnedFile;
  };
  /** Whether the pull request's author counts. */
  readonly author: boolean;
  /** Whether people who pushed to the pull request count. */
  readonly contributors: boolean;
  /** Milliseconds from a vote until it no longer counts; null for never. */
  readonly expiresMs: number | null;
  /** How long before that people are reminded, milliseconds; null or absent: they are not. */
  readonly remindMs?: number | null;
  /** `commit`: a vote counts on the head on which it was given, and on no other. */
  readonly scope: 'pull-request' | 'commit';
  /** `any`: executions are not counted on later heads. */
  readonly repeat: 'any' | null;
  /** `once`: an approval is spent by the first run that used it. */
  readonly uses: 'once' | null;
  /** False where the rule says `identity: exact`: an approval that leaves values open does not count. */
  readonly offersVarying?: boolean;
  /** Who may approve alone and at once, in an emergency; null or absent: nobody. */
  readonly breakGlass?: BreakGlass | null;
}

/** Any of these people; the author and contributors only where it says so. */
export interface BreakGlass {
  readonly role: string | null;
  readonly teams: readonly string[];
  readonly users: readonly string[];
  readonly author: boolean;
  readonly contributors: boolean;
}

/**
 * The requirements of the rules that flagged an action, one per rule, from the base's present policy. Null
 * when one of the rules is gone or says something else now: then no approval given under it counts.
 */
export type RequirementsOf = (rules: ActionForm['rules']) => readonly HoldRequirement[] | null;
