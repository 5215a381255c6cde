import type { HoldRequirement, RequirementsOf } from '../approval/requirement.ts';
import type { RuleRef } from '../policy/verdict.ts';

/** The base's policy as far as the App needs it. */
export interface GatePolicy {
  /** Git blobs of the texts that it was united from. */
  readonly blobs: readonly string[];
  /** Of these the organisation's, where it has one. */
  readonly organisationBlob?: string | undefined;
  /** Every rule that may flag an action, built-in ones too. */
  readonly rules: readonly Pick<RuleRef, 'id' | 'digest' | 'varies'>[];
  /** `record`: nothing is held, and the gate says so. */
  readonly mode: 'enforce' | 'record';
  readonly app: number | null;
  /** File names under `.github/workflows/`. */
  readonly workflows: readonly string[];
  readonly unreported: 'pass' | 'block';
  readonly requirementsOf: RequirementsOf;
  /** Whether some rule lets CODEOWNERS say who decides. */
  readonly asksOwners: boolean;
  readonly defaults: Omit<HoldRequirement, 'ruleId' | 'digest'>;
  /** Set when the policy cannot be used: nothing is granted then, and the gate says why. */
  readonly problem: { readonly title: string; readonly lines: readonly string[] } | null;
  /** Sentences to show: a policy taken from the head, for instance. */
  readonly notes: readonly string[];
}
