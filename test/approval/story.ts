import type { Person } from '../../src/approval/authority.ts';
import type { Fact, RecordedFact, ReportedAction, VoteFact } from '../../src/approval/facts.ts';
import { binding, fingerprint } from '../../src/approval/fingerprint.ts';
import type { ActionForm, FormValue } from '../../src/approval/form.ts';
import type { HoldRequirement, RequirementsOf } from '../../src/approval/requirement.ts';
import type { PullState } from '../../src/approval/state.ts';
import { type TallyOptions, tally } from '../../src/approval/tally.ts';

/** Facts of one pull request, told in order: what every test of the core starts from. */
export const head1 = '1'.repeat(40);
export const head2 = '2'.repeat(40);
export const workflow = 'integration.yml';
export const start = Date.parse('2026-01-01T00:00:00Z');
export const hour = 3600_000;
export const ruleDigest = 'a'.repeat(64);

export const instant = (time: number) => new Date(time).toISOString();

export function requirement(over: Partial<HoldRequirement> = {}): HoldRequirement {
  return {
    ruleId: 'bulk-delete',
    digest: ruleDigest,
    count: 1,
    from: { role: 'maintain', teams: [], users: [] },
    author: false,
    contributors: false,
    expiresMs: 24 * hour,
    scope: 'pull-request',
    repeat: null,
    uses: null,
    ...over,
  };
}

export const asks =
  (...requirements: HoldRequirement[]): RequirementsOf =>
  () =>
    requirements;

export function value(name: string, text: string, selects = false): FormValue {
  return { name, type: 'string', text, selects };
}

/** An INSERT into users by default; `rules` are those that flag it. */
export function formOf(
  values: readonly FormValue[],
  rules: ActionForm['rules'] = [{ id: 'bulk-delete', digest: ruleDigest }],
): ActionForm {
  return {
    kind: 'sql',
    target: 'staging-db',
    role: 'app',
    relations: ['public.users'],
    shape: ['INSERT INTO users VALUES (', ...values.slice(1).map(() => ', '), ')'],
    values: [...values],
    rules,
  };
}

export const deleteSeven: ActionForm = {
  ...formOf([value('id', '7', true)]),
  shape: ['DELETE FROM users WHERE id = ', ''],
};

export function reported(form: ActionForm, over: Partial<ReportedAction> = {}): ReportedAction {
  return {
    fingerprint: fingerprint(form),
    form,
    outcome: 'held',
    grant: null,
    target: 'staging-db',
    reason: 'Touches many rows of a shared database',
    unbindable: null,
    count: 1,
    steps: ['api'],
    origin: { file: 'test/api.test.ts', line: 3 },
    ruleAt: null,
    unknown: [],
    checks: [],
    ...over,
  };
}

export const granted = (form: ActionForm, over: Partial<ReportedAction> = {}): ReportedAction =>
  reported(form, { outcome: 'granted', grant: fingerprint(form), ...over });

type Over<T extends Fact['type']> = Partial<Extract<Fact, { type: T }>>;

/** A story is a list of facts; each method tells one more. */
export class Story {
  readonly facts: RecordedFact[] = [];
  now = start;

  tell(fact: Fact): this {
    this.facts.push({ ...fact, sequence: this.facts.length + 1 });
    return this;
  }
  wait(ms: number): this {
    this.now += ms;
    return this;
  }
  pull(over: Over<'pull'> = {}): this {
    const at = instant(this.now);
    const base = { type: 'pull', at, state: 'open', head: head1, base: 'main' } as const;
    return this.tell({ ...base, author: 'author', pushedBy: 'author', ...over });
  }
  run(over: Over<'run'> = {}): this {
    const base = { type: 'run', at: instant(this.now), runId: 100, attempt: 1, head: head1 } as const;
    return this.tell({ ...base, workflow, status: 'completed', conclusion: 'failure', ...over });
  }
  report(actions: readonly ReportedAction[], over: Over<'report'> = {}): this {
    const attempt = over.attempt ?? 1;
    const runId = over.runId ?? 100;
    const held = actions.some((action) => action.outcome !== 'granted');
    const base = {
      type: 'report',
      at: instant(this.now),
      runId,
      attempt,
      job: 'test-0-1',
      head: head1,
    } as const;
    return this.tell({
      ...base,
      artifactId: runId * 10 + attempt,
      invalid: null,
      result: held ? 'held' : 'passed',
      exitCode: held ? 75 : 0,
      actions: [...actions],
      notices: [],
      ...over,
    });
  }
  /** A running job that claims to wait for these actions. */
  live(actions: readonly ReportedAction[], over: Over<'live'> = {}): this {
    const at = instant(this.now);
    const base = { type: 'live', at, runId: 100, attempt: 1, job: 'test-0-1', head: head1 } as const;
    return this.tell({ ...base, until: instant(this.now + 300_000), actions: [...actions], ...over });
  }
  /** One completed run with one report. */
  ran(actions: readonly ReportedAction[], over: Over<'report'> = {}): this {
    const { runId = 100, attempt = 1, head = head1 } = over;
    const conclusion = actions.some((action) => action.outcome !== 'granted') ? 'failure' : 'success';
    return this.run({ runId, attempt, head, conclusion }).report(actions, over);
  }
  vote(vote: VoteFact['vote'], form: ActionForm, by = 'maria', over: Over<'vote'> = {}): this {
    const varying = over.varying ?? [];
    return this.tell({
      type: 'vote',
      at: instant(this.now),
      vote,
      fingerprint: fingerprint(form),
      binds: binding(form, varying) ?? fingerprint(form),
      varying,
      by,
      byId: [...by].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 0) % 1_000_003,
      head: head1,
      reason: null,
      channel: 'button',
      source: `delivery:${this.facts.length + 1}`,
      satisfies: ['bulk-delete'],
      ...over,
    });
  }
  approve(form: ActionForm, by = 'maria', over: Over<'vote'> = {}): this {
    return this.vote('approve', form, by, over);
  }
  /** Somebody looked at this head while it was the pull request's, and it held this itself. */
  look(holds: readonly ReportedAction[] = [], head = head1): this {
    return this.tell({ type: 'look', at: instant(this.now), head, holds: [...holds] });
  }
  id(form: ActionForm, id: string): this {
    return this.tell({ type: 'id', at: instant(this.now), id, fingerprint: fingerprint(form) });
  }
  rerun(over: Over<'rerun'> = {}): this {
    const base = { type: 'rerun', at: instant(this.now), runId: 100, attempt: 1, scope: 'job' } as const;
    return this.tell({ ...base, jobId: 7, outcome: 'done', words: null, requestedBy: null, ...over });
  }
  state(requirements: RequirementsOf = asks(requirement()), options: TallyOptions = {}): PullState {
    const state = tally(this.facts, requirements, this.now, options);
    if (state === null) throw new Error('the story tells no pull request');
    return state;
  }
}

export const story = () => new Story();

export function statusOf(state: PullState, form: ActionForm): string {
  return state.holds.find((hold) => hold.fingerprint === fingerprint(form))?.status ?? 'unknown';
}

export function sentenceOf(state: PullState, form: ActionForm): string {
  return state.holds.find((hold) => hold.fingerprint === fingerprint(form))?.sentence ?? '';
}

export const bindsOf = (state: PullState) => state.decisions.grants.map((grant) => grant.binds);

export function person(login: string, over: Partial<Person> = {}): Person {
  return { login, id: login.length * 1000, type: 'User', roleName: 'maintain', teams: [], ...over };
}
