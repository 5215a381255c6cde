import type { GrantSource } from '../approval/grant.ts';
import { runCheck } from '../checks/run-check.ts';
import { type UniqueAction, UniqueKeys } from '../checks/unique/unique.ts';
import { messageOf } from '../errors.ts';
import { estimatedRows } from '../evidence/estimated-rows.ts';
import type { Known, RunContext, RuntimeAction } from '../policy/action.ts';
import { conclude, decide, httpReads } from '../policy/decide.ts';
import type { Judge, Ruling, TransactionScope } from '../policy/judge.ts';
import type { Policy } from '../policy/parse.ts';
import { rememberOf } from '../policy/remember.ts';
import type { Surroundings } from '../policy/server-identity.ts';
import type { FactName, Resolution, Verdict } from '../policy/verdict.ts';
import type { Met } from '../report/recorded.ts';
import type { Flagged } from '../report/schema.ts';
import { flaggedOf } from './flagged.ts';
import { guardTarget, type Released } from './guard-target.ts';
import type { Later } from './later.ts';
import type { Recorder } from './recorder.ts';
import { type EditLink, withoutSecrets } from './remembering.ts';
import { allowed, broken, brokenRecording, granted, recorded, refused, undecided } from './rulings.ts';
import { type Waiting, waitForPeople } from './wait-for-people.ts';
import type { WrittenKeys } from './written-keys.ts';

export interface JudgeOptions {
  readonly policy: Policy;
  readonly grants: GrantSource;
  /** What becomes of a hold that nobody decided, where there is no pull request to ask in; default hold. */
  readonly withoutPullRequest?: Policy['withoutPullRequest'];
  /** Where a hold may wait for people; without it none does. */
  readonly waiting?: Waiting;
  readonly recorder: Recorder;
  /** The step that runs now; runtime actions are judged and counted under it. */
  readonly run: () => RunContext;
  /** Reads a file beside the policy, at the commit that the policy came from. */
  readonly readFile: (file: string) => Promise<Known<string>>;
  /** From which script checks get the variables that the policy names. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Values that must appear nowhere: passwords of targets, tokens. */
  readonly secrets: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How a held action can be approved, as the last words of a refusal's hint. */
  readonly approveHint: (id: string) => string;
  /** Characters of a printed id; default `runIdLength`. */
  readonly idLength?: number;
  readonly onFlagged: (flagged: Flagged) => void;
  /** Keys that this run writes; several judges of one run share them. */
  readonly keys?: UniqueKeys;
  /** What steps have written under unique keys, over attempts; nothing is kept without it. */
  readonly written?: WrittenKeys;
  /** Paths that the pull request changes, asked when a rule reads them; without it there is none. */
  readonly changedFiles?: () => Promise<Known<readonly string[]>>;
  /** What this machine can prove about a server; nothing without it. */
  readonly surroundings?: Surroundings;
  /** Where a rule can be changed; nowhere without it. */
  readonly editLink?: EditLink;
  /** For what is only recorded: a call need not wait for it. Done at once without it. */
  readonly later?: Pick<Later, 'add' | 'finish'>;
  /** Told of every verdict, for the record: it changes none. */
  readonly onJudged?: (met: Met) => void;
  /** Whether the names of this statement are to be resolved although no rule asks. */
  readonly resolves?: (action: RuntimeAction) => boolean;
}

/** Facts as they are fetched, one by one. */
interface Fetched {
  relations?: Known<readonly Resolution[]>;
  estimatedRows?: Known<number>;
  changedFiles?: Known<readonly string[]>;
}

/** Decides, runs the checks that the policy asks for, and for what is held looks for a grant. */
export function createJudge(given: JudgeOptions): Judge {
  const options = { ...given, readFile: readOnce(given.readFile) };
  const keys = options.keys ?? new UniqueKeys();
  const released: Released = new Set();
  return {
    reads: (head) => httpReads(options.policy, head),
    follow: keys.follow,
    async judge(action, scope) {
      // what is thrown away takes its keys with it
      const kept = action.target.disposable ? undefined : options.written?.of(options.run().step);
      const unique = keys.begin(action, scope, kept);
      try {
        const own = await rule(options, action, scope, unique);
        return reserving(await guardTarget(options, released, action, options.run(), scope, own), unique);
      } catch (thrown) {
        if (options.policy.mode === 'record') {
          return reserving(brokenRecording(options, action, messageOf(thrown)), unique);
        }
        unique.settle('void');
        return broken(options, action, messageOf(thrown));
      }
    },
  };
}

/** What was reserved is free again at once where nothing will run, else once it is told how it ended. */
function reserving(ruling: Ruling, unique: UniqueAction): Ruling {
  if (ruling.outcome !== 'allow') {
    unique.settle('void');
    return ruling;
  }
  return {
    ...ruling,
    settle(settlement, latencyMs) {
      unique.settle(settlement);
      ruling.settle(settlement, latencyMs);
    },
  };
}

/** Files of one commit do not change, and reading one is a call to GitHub. A failure is tried again. */
function readOnce(readFile: JudgeOptions['readFile']): JudgeOptions['readFile'] {
  const files = new Map<string, Promise<Known<string>>>();
  return async (file) => {
    const reading = files.get(file) ?? readFile(file);
    files.set(file, reading);
    const text = await reading.catch(
      (thrown: unknown) => ({ known: false, why: messageOf(thrown) }) as const,
    );
    if (!text.known) files.delete(file);
    return text;
  };
}

async function rule(
  options: JudgeOptions,
  action: RuntimeAction,
  scope: TransactionScope | null,
  unique: UniqueAction,
): Promise<Ruling> {
  const run = options.run();
  const facts: Fetched = {};
  const verdict = await verdictOf(options, action, run, scope, facts, unique);
  if (action.kind === 'sql' && (verdict.decision !== 'allow' || options.resolves?.(action) === true)) {
    facts.relations ??= await relationsOf(action, scope);
  }
  const met = { action, run, verdict, facts };
  if (verdict.decision === 'allow') {
    recording(options, { ...met, id: null });
    return allowed(options, action, run.step);
  }
  const flagged = flaggedOf(options, action, run, verdict, facts);
  recording(options, { ...met, id: flagged.id });
  if (options.policy.mode === 'record')
    return recorded(options, action, run.step, {
      ...flagged,
      outcome: verdict.decision === 'deny' ? 'would-deny' : 'would-hold',
    });
  if (verdict.decision === 'deny')
    return refused(options, action, run.step, { ...flagged, outcome: 'denied' }, null);
  const proposals = rememberOf(options.policy, action, verdict, facts);
  options.recorder.propose(
    flagged,
    action,
    withoutSecrets(proposals, options.secrets),
    options.editLink ?? (() => null),
  );
  const known = await options.grants.find({
    id: flagged.id,
    fingerprint: flagged.fingerprint,
    form: flagged.form,
    reason: flagged.reason,
    remember: () => {
      options.later?.finish();
      return options.recorder.remembered(flagged.fingerprint);
    },
  });
  const found = await waitForPeople(options.waiting, known, flagged, verdict, async () => {
    const now = await refetched(facts, action, scope);
    return flaggedOf(options, action, run, verdict, now).fingerprint === flagged.fingerprint;
  });
  if (found.kind === 'granted' && flagged.unbindable === null)
    return granted(options, action, run.step, flagged, found);
  if (found.kind === 'granted') found.giveBack();
  if (found.kind === 'denied') {
    return refused(options, action, run.step, { ...flagged, outcome: 'denied', deniedBy: found.by }, null);
  }
  return undecided(options, action, run.step, flagged, found.kind === 'none' ? found.problem : null);
}

function recording({ onJudged, later }: JudgeOptions, met: Met): void {
  if (onJudged === undefined) return;
  if (later === undefined) onJudged(met);
  else later.add(() => onJudged(met));
}

/** The same facts, as they are now. */
async function refetched(
  facts: Fetched,
  action: RuntimeAction,
  scope: TransactionScope | null,
): Promise<Fetched> {
  return {
    ...(facts.relations === undefined ? {} : { relations: await relationsOf(action, scope) }),
    ...(facts.estimatedRows === undefined ? {} : { estimatedRows: await estimatedRows(action, scope) }),
  };
}

async function verdictOf(
  options: JudgeOptions,
  action: RuntimeAction,
  run: RunContext,
  scope: TransactionScope | null,
  facts: Fetched,
  unique: UniqueAction,
): Promise<Verdict> {
  let decided = decide({ policy: options.policy, action, run, facts });
  const fetched = new Set<FactName>();
  while (decided.kind === 'needs' && decided.facts.some((fact) => !fetched.has(fact))) {
    for (const fact of decided.facts) {
      fetched.add(fact);
      await fetchFact(fact, facts, options, action, scope);
    }
    decided = decide({ policy: options.policy, action, run, facts });
  }
  if (decided.kind === 'needs') throw new Error(`the policy asked twice for ${decided.facts.join(', ')}`);
  if (decided.verdict.decision === 'deny' || decided.verdict.checks.length === 0) return decided.verdict;
  const ports = {
    scope,
    unique,
    environment: options.environment ?? {},
    facts: async (lacking: ReadonlySet<FactName>) => {
      for (const fact of lacking) {
        if (facts[fact] === undefined) await fetchFact(fact, facts, options, action, scope);
      }
      return facts;
    },
  };
  const results = await Promise.all(
    decided.verdict.checks.map((request) => runCheck(request, action, run, options.readFile, ports)),
  );
  return conclude(decided.verdict, results);
}

const noPullRequest = { known: false, why: 'there is no pull request here' } as const;

async function fetchFact(
  fact: FactName,
  facts: Fetched,
  options: JudgeOptions,
  action: RuntimeAction,
  scope: TransactionScope | null,
): Promise<void> {
  switch (fact) {
    case 'relations':
      facts.relations = await relationsOf(action, scope);
      break;
    case 'estimatedRows':
      facts.estimatedRows = await estimatedRows(action, scope);
      break;
    case 'changedFiles':
      facts.changedFiles = (await options.changedFiles?.()) ?? noPullRequest;
  }
}

async function relationsOf(
  action: RuntimeAction,
  scope: TransactionScope | null,
): Promise<Known<readonly Resolution[]>> {
  if (action.kind !== 'sql') return { known: true, value: [] };
  const tables = action.analysis.operations.flatMap((operation) => operation.tables);
  if (tables.length === 0) return { known: true, value: [] };
  if (scope === null) return { known: false, why: 'names cannot be resolved here' };
  return scope.resolve(tables);
}
