import type { Remembered } from '../approval/remembered.ts';
import type { RuntimeAction, Target } from '../policy/action.ts';
import type { Settlement } from '../policy/judge.ts';
import type { Remember } from '../policy/remember.ts';
import { formLine } from '../report/form-text.ts';
import { gravity } from '../report/gravity.ts';
import type { Counted, Flagged, TargetResult } from '../report/schema.ts';
import { neverCalled } from '../report/sentences.ts';
import { ByGravity } from './by-gravity.ts';
import { Latencies } from './latency.ts';
import { type EditLink, rememberedOf, Seen } from './remembering.ts';

export interface StepCounts {
  allowed: number;
  held: number;
  denied: number;
}

/** Distinct shapes and flagged actions kept one by one; beyond these only the numbers go on. */
const maximumShapes = 20_000;
const maximumFlagged = 5_000;
const maximumProposed = 200;
const maximumRepeated = 2_000;
/** Bytes of each list in the report. The App reads reports of 20 MiB; with notices and samples they stay below. */
const maximumFlaggedBytes = 10_000_000;
const maximumCountedBytes = 4_000_000;
/** Of flagged actions, what is told of rules that do not match: with many rules it is most of a report. */
const maximumTraceBytes = 2_000_000;

interface TargetEntry {
  readonly target: Target;
  calls: number;
  errors: number;
  readonly latencies: Latencies;
}

/** What a run leaves behind, in bounded memory: counts per step, per target and per shape, and what was flagged. */
export class Recorder {
  readonly #targets = new Map<string, TargetEntry>();
  readonly #counted = new Map<string, Counted & { readonly disposable: boolean }>();
  readonly #flagged = new Map<string, Flagged>();
  readonly #steps = new Map<string, StepCounts>();
  readonly #notices = new Set<string>();
  /** One action of each shape, for what an exception by rule would let pass. */
  readonly seen = new Seen();
  readonly #proposals = new Map<string, readonly Remember[]>();
  #edit: EditLink = () => null;
  readonly #gravity = new ByGravity();
  readonly #grants = new Set<string>();
  #flaggedBytes = 0;
  #countedBytes = 0;
  #traceBytes = 0;
  #shapesLeftOut = 0;
  #flaggedLeftOut = 0;

  counts(step: string): StepCounts {
    const counts = this.#steps.get(step) ?? { allowed: 0, held: 0, denied: 0 };
    this.#steps.set(step, counts);
    return counts;
  }

  declare(target: Target): void {
    this.#target(target);
  }

  notice(sentence: string): void {
    if (this.#notices.size < 900) this.#notices.add(sentence);
  }

  /** An allowed runtime action that ran, flagged or not. */
  ran(action: RuntimeAction, settlement: Settlement, latencyMs: number | undefined): void {
    const entry = this.#target(action.target);
    entry.calls += 1;
    if (settlement === 'failed') entry.errors += 1;
    if (latencyMs !== undefined) entry.latencies.add(latencyMs);
  }

  /** Counts an allowed, unflagged runtime action by its shape, see shape-line.ts. */
  count(action: RuntimeAction, line: string): void {
    const key = `${action.target.name}\n${action.kind}\n${line}`;
    const known = this.#counted.get(key);
    if (known !== undefined) {
      this.#counted.set(key, { ...known, count: known.count + 1 });
    } else if (this.#counted.size >= maximumShapes || this.#countedBytes >= maximumCountedBytes) {
      this.#shapesLeftOut += 1;
    } else {
      this.seen.note(line, action);
      this.#countedBytes += Buffer.byteLength(key) + 100;
      const { name, disposable } = action.target;
      this.#counted.set(key, {
        target: name,
        kind: action.kind,
        shape: line,
        count: 1,
        writes: writes(action),
        disposable,
      });
    }
  }

  /** What the rules that flagged an action could say instead; told when the run ends, with what it would match. */
  propose(flagged: Flagged, action: RuntimeAction, proposals: readonly Remember[], edit: EditLink): void {
    this.#edit = edit;
    this.seen.note(formLine(flagged.form, 300), action);
    if (this.#proposals.size < maximumFlagged) this.#proposals.set(flagged.fingerprint, proposals);
  }

  remembered(fingerprint: string): Remembered[] {
    const proposals = this.#proposals.get(fingerprint) ?? [];
    return proposals.slice(0, 20).map((one) => rememberedOf(one, this.seen, this.#edit));
  }

  flag(flagged: Flagged): void {
    const key = `${flagged.fingerprint} ${flagged.outcome} ${flagged.grant ?? ''}`;
    const known = this.#flagged.get(key);
    if (known === undefined) {
      this.#flagFirst(key, flagged);
      return;
    }
    const steps = [...new Set([...known.steps, ...flagged.steps])].slice(0, 100);
    this.#flagged.set(key, { ...known, steps, count: known.count + flagged.count });
  }

  #flagFirst(key: string, flagged: Flagged): void {
    const kept = this.#withTrace(flagged);
    const bytes = sizeOf(kept);
    const weight = this.#weightOf(flagged);
    while (this.#flagged.size >= maximumFlagged || this.#flaggedBytes + bytes > maximumFlaggedBytes) {
      this.#flaggedLeftOut += 1;
      const milder = this.#gravity.mildest(weight);
      const dropped = milder === null ? undefined : this.#flagged.get(milder);
      if (milder === null || dropped === undefined) return;
      this.#flaggedBytes -= sizeOf(dropped);
      this.#flagged.delete(milder);
    }
    this.#flaggedBytes += bytes;
    this.#flagged.set(key, kept);
    this.#gravity.add(key, weight);
    if (flagged.outcome === 'granted' && flagged.grant !== null) this.#grants.add(flagged.grant);
  }

  /** The report alone tells the App that an approval was used: the first use of each comes before everything. */
  #weightOf({ outcome, grant }: Flagged): number {
    const isFirstUse = outcome === 'granted' && grant !== null && !this.#grants.has(grant);
    return isFirstUse ? -1 : gravity[outcome];
  }

  /** Every rule's answer while there is room, then of those alone that did not say no. */
  #withTrace(flagged: Flagged): Flagged {
    const bytes = sizeOf(flagged.trace);
    if (this.#traceBytes + bytes <= maximumTraceBytes) {
      this.#traceBytes += bytes;
      return flagged;
    }
    const trace = flagged.trace.filter(({ answer }) => answer !== 'no').slice(0, 200);
    return { ...flagged, trace, traceLeftOut: flagged.trace.length - trace.length };
  }

  results(): {
    targets: TargetResult[];
    flagged: Flagged[];
    counted: Counted[];
    repeated: Counted[];
    notices: string[];
  } {
    const all = [...this.#counted.values()].sort((a, b) => b.count - a.count);
    const plain = ({ disposable: _, ...rest }: Counted & { disposable: boolean }): Counted => rest;
    return {
      targets: [...this.#targets.values()].map(targetResult),
      flagged: [...this.#flagged.values()].map((flagged, index) => this.#withProposals(flagged, index)),
      counted: all.map(plain),
      repeated: all
        .filter((entry) => entry.writes && !entry.disposable)
        .slice(0, maximumRepeated)
        .map(plain),
      notices: [...this.#notices, ...this.#leftOut()],
    };
  }

  /** Proposals are for people, who read no more than these. */
  #withProposals(flagged: Flagged, index: number): Flagged {
    if (flagged.outcome !== 'held' || index >= maximumProposed) return flagged;
    const remember = this.remembered(flagged.fingerprint);
    return remember.length === 0 ? flagged : { ...flagged, remember };
  }

  #leftOut(): string[] {
    const sentences: string[] = [];
    if (this.#shapesLeftOut > 0) {
      sentences.push(
        `${this.#shapesLeftOut} allowed runtime actions beyond ${this.#counted.size} shapes are not listed.`,
      );
    }
    if (this.#flaggedLeftOut > 0) {
      sentences.push(
        `${this.#flaggedLeftOut} further flagged runtime actions are not listed (the report holds ${this.#flagged.size}, the gravest); what was refused of them stays refused.`,
      );
    }
    for (const { target, calls } of this.#targets.values()) {
      if (target.declared && calls === 0 && !this.#isFlagged(target.name)) {
        sentences.push(neverCalled(target.name));
      }
    }
    return sentences;
  }

  #isFlagged(target: string): boolean {
    for (const flagged of this.#flagged.values()) if (flagged.target === target) return true;
    return false;
  }

  #target(target: Target): TargetEntry {
    const known = this.#targets.get(target.name);
    if (known !== undefined) return known;
    const entry = { target, calls: 0, errors: 0, latencies: new Latencies() };
    if (this.#targets.size < 1000) this.#targets.set(target.name, entry);
    return entry;
  }
}

/** Bytes of it in the report. */
function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function targetResult({ target, calls, errors, latencies }: TargetEntry): TargetResult {
  const { name, kind, identity, declared, disposable } = target;
  return { name, kind, identity, declared, disposable, calls, errors, latency: latencies.summary() };
}

/** Methods that RFC 9110 (9.2.1) calls safe. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
const readingVerbs = new Set(['select', 'set', 'transaction', 'listen', 'lock']);

function writes(action: RuntimeAction): boolean {
  if (action.kind === 'sql') {
    return action.analysis.operations.some((entry) => !readingVerbs.has(entry.operation));
  }
  if (action.kind === 'http') return !(action.method.known && safeMethods.has(action.method.value));
  return true;
}
