import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { runCheck } from '../../src/checks/run-check.ts';
import type { Known, RuntimeAction } from '../../src/policy/action.ts';
import { conclude, decide } from '../../src/policy/decide.ts';
import { unknownAnalysis } from '../../src/policy/sql/unknown.ts';
import type { CheckSpec, Facts, Verdict } from '../../src/policy/verdict.ts';
import { call, database, http, judge, load, param, run, sql, text, tunnel } from './actions.ts';

/** What is not known of the runtime action, as a matcher or a condition meets it. */
interface Unknown {
  readonly name: string;
  readonly action: RuntimeAction;
  /** What surely matches, for rules whose doubt lies in `when` or `unless`. */
  readonly surely: object;
  /** What nobody can answer. */
  readonly asked: { readonly matcher: object } | { readonly condition: string };
  readonly facts?: Facts;
  /** Words that the verdict must name. */
  readonly why: RegExp;
  /** Strict rules take every reading of a name, so to them an unresolved one is no doubt. */
  readonly certainToStrict?: true;
}

const own = { ...database, disposable: true };
const binary = {
  oid: 60_001,
  value: { known: false, why: 'its binary type is not known' },
  hex: '00ff',
} as const;
const tooLarge = { known: false, why: 'the body is larger than 1 MiB' } as const;
const charge = (body: Parameters<typeof http>[2]) => http('POST', 'https://api.example/v1/charges', body);

const unknowns: readonly Unknown[] = [
  {
    name: 'a statement that does not parse',
    action: sql('selec 1', [], own),
    surely: { sql: {} },
    asked: { matcher: { sql: { table: 'users' } } },
    why: /syntax|parse|understood/,
  },
  {
    name: 'a parameter of an unknown binary type',
    action: sql('insert into users (id) values ($1)', [binary], own),
    surely: { sql: { operation: 'insert' } },
    asked: { condition: 'action.rows[0].id == 7' },
    why: /"id" is not known/,
  },
  {
    name: 'a list of parameters of which one could not be read',
    action: sql('insert into users (id, n) values ($1, $2)', [param('1', 23), binary], own),
    surely: { sql: { operation: 'insert' } },
    asked: { condition: 'size(action.params) == 1' },
    why: /parameter \$2 could not be read/,
  },
  {
    name: 'a body too large to read',
    action: { ...charge(null), body: tooLarge },
    surely: { http: { path: '/v1/charges' } },
    asked: { condition: 'int(action.body.amount) > 100' },
    why: /larger than 1 MiB/,
  },
  {
    name: 'a missing key',
    action: charge({ other: 'x' }),
    surely: { http: { path: '/v1/charges' } },
    asked: { condition: 'int(action.body.amount) > 100' },
    why: /amount/,
  },
  {
    name: 'an error while CEL runs',
    action: call('email.send', { n: 'many' }),
    surely: { call: { name: 'email.send' } },
    asked: { condition: 'int(action.params.n) > 100' },
    why: /int/,
  },
  {
    name: 'a list too large for a macro',
    action: call(
      'email.send',
      Array.from({ length: 1001 }, () => 'a@x'),
    ),
    surely: { call: { name: 'email.send' } },
    asked: { condition: 'action.params.exists(to, to == "b@x")' },
    why: /1000 elements/,
  },
  {
    name: 'a name that cannot be resolved',
    action: sql('delete from users', [], own),
    surely: { sql: { operation: 'delete' } },
    asked: { matcher: { sql: { table: 'users' } } },
    facts: { relations: { known: false, why: 'names cannot be resolved here' } },
    why: /cannot be resolved/,
    certainToStrict: true,
  },
  {
    name: 'a statement in another encoding than UTF-8',
    action: { ...sql('select 1', [], own), analysis: unknownAnalysis('select 1', 'its encoding is SJIS') },
    surely: { sql: {} },
    asked: { matcher: { sql: { operation: 'delete' } } },
    why: /SJIS/,
  },
  {
    name: 'rows that could not be estimated',
    action: sql('delete from users where id = 1', [], own),
    surely: { sql: { operation: 'delete' } },
    asked: { condition: 'action.estimatedRows > 100' },
    facts: { estimatedRows: { known: false, why: 'the rows were not estimated: a lock' } },
    why: /not estimated: a lock/,
  },
  {
    name: 'changed files that could not be read',
    action: call('email.send', null),
    surely: { call: { name: 'email.send' } },
    asked: { condition: '"a.sql" in run.changedFiles' },
    facts: { changedFiles: { known: false, why: 'the pull request has got another head since' } },
    why: /another head/,
  },
  {
    name: 'more changed files than a macro takes',
    action: call('email.send', null),
    surely: { call: { name: 'email.send' } },
    asked: { condition: 'run.changedFiles.exists(file, file == "a.sql")' },
    facts: { changedFiles: { known: true, value: Array.from({ length: 1001 }, (_, at) => `${at}`) } },
    why: /1000 elements/,
  },
  {
    name: 'labels that nobody told',
    action: call('email.send', null),
    surely: { call: { name: 'email.send' } },
    asked: { condition: '"safe" in run.labels' },
    why: /run.labels is not known/,
  },
  {
    name: 'a body that is not UTF-8',
    action: { ...charge(null), body: { known: false, why: 'the body is not UTF-8' } },
    surely: { http: { path: '/v1/charges' } },
    asked: { condition: 'action.body.amount == "1"' },
    why: /not UTF-8/,
  },
  {
    name: 'a key of the query that is given twice',
    action: http('GET', 'https://api.example/v1?dry=1&dry=0'),
    surely: { http: { path: '/v1' } },
    asked: { condition: 'action.query.dry == "1"' },
    why: /"dry" is not known/,
  },
  {
    name: 'a target without a host',
    action: call('email.send', null),
    surely: { call: { name: 'email.send' } },
    asked: { condition: 'target.host == "mail.example"' },
    why: /target.host is not known/,
  },
  {
    name: 'a field of the JSON that is null',
    action: charge({ amount: null }),
    surely: { http: { path: '/v1/charges' } },
    asked: { condition: 'int(action.body.amount) > 100' },
    why: /int/,
  },
  {
    name: 'a tunnel',
    action: tunnel('api.example'),
    surely: { http: { host: 'api.example' } },
    asked: { matcher: { http: { path: '/v1/charges' } } },
    why: /tunnel/,
  },
  {
    name: 'a fact of the run that nobody knows',
    action: call('email.send', null),
    surely: { call: { name: 'email.send' } },
    asked: { condition: 'run.author == "octocat"' },
    why: /run.author is not known/,
  },
];

const nobody = { ...run, author: null };
const check = { check: [{ expression: 'true' }] };

/** A rule whose answer is unknown, by its effect. */
function doubtful({ surely, asked }: Unknown, effect: object): object {
  return 'matcher' in asked
    ? { on: asked.matcher, ...effect }
    : { on: surely, when: asked.condition, ...effect };
}

/** A rule that surely matches, and whose exemption is unknown. */
function exempted({ surely, asked }: Unknown, effect: object): object {
  return { on: surely, unless: ['matcher' in asked ? asked.matcher : asked.condition], ...effect };
}

interface Kind {
  readonly name: string;
  rule(unknown: Unknown): object;
  readonly fallback: 'allow' | 'hold' | 'deny';
  readonly outcome: 'hold' | 'deny';
  /** The outcome where strict rules have no doubt. */
  readonly certain?: 'hold' | 'deny' | 'check';
  /** Whether the verdict names what was unknown. */
  readonly says: boolean;
}

const hold = { hold: { reason: 'held' } };
const deny = { deny: { reason: 'denied' } };
const kinds: readonly Kind[] = [
  {
    name: 'allow rule, under default: hold',
    rule: (one) => doubtful(one, { allow: {} }),
    fallback: 'hold',
    outcome: 'hold',
    says: false,
  },
  {
    name: 'allow rule, under default: deny',
    rule: (one) => doubtful(one, { allow: {} }),
    fallback: 'deny',
    outcome: 'deny',
    says: false,
  },
  {
    name: 'hold rule',
    rule: (one) => doubtful(one, hold),
    fallback: 'allow',
    outcome: 'hold',
    certain: 'hold',
    says: true,
  },
  {
    name: 'deny rule',
    rule: (one) => doubtful(one, deny),
    fallback: 'allow',
    outcome: 'hold',
    certain: 'deny',
    says: true,
  },
  {
    name: 'check rule',
    rule: (one) => doubtful(one, check),
    fallback: 'allow',
    outcome: 'hold',
    certain: 'check',
    says: true,
  },
  {
    name: 'unless of a hold rule',
    rule: (one) => exempted(one, hold),
    fallback: 'allow',
    outcome: 'hold',
    says: false,
  },
  {
    name: 'unless of a deny rule',
    rule: (one) => exempted(one, deny),
    fallback: 'allow',
    outcome: 'deny',
    says: false,
  },
];

for (const one of unknowns) {
  for (const kind of kinds) {
    const outcome = one.certainToStrict && kind.certain !== undefined ? kind.certain : kind.outcome;
    test(`${one.name}, ${kind.name}: ${outcome}`, () => {
      const verdict = verdictOn(one, kind.rule(one), kind.fallback);
      if (outcome === 'check') {
        assert.equal(verdict.checks.length, 1);
        return;
      }
      assert.equal(verdict.decision, outcome);
      if (kind.says && outcome === kind.outcome && !one.certainToStrict) {
        assert.match(verdict.unknown.join(), one.why);
        assert.match(verdict.reason, /unknown whether rule r applies/);
      }
    });
  }

  test(`${one.name}, unless of a check rule: the check is asked for, or it is held`, () => {
    const verdict = verdictOn(one, exempted(one, check), 'allow');
    assert.ok(verdict.decision === 'hold' || verdict.checks.length === 1);
  });

  test(`${one.name}, unless of an allow rule: it is not allowed by it`, () => {
    // in a rule that allows, an exemption is what makes things stricter: all readings of a name count
    assert.equal(verdictOn(one, exempted(one, { allow: {} }), 'hold').decision, 'hold');
  });
}

function verdictOn(one: Unknown, rule: object, fallback: string): Verdict {
  const yaml = stringify({ version: 1, default: fallback, rules: [{ id: 'r', ...rule }] });
  const { action, facts = {} } = one;
  const result = decide({ policy: load(text(yaml)), action, run: nobody, facts });
  assert.ok(result.kind === 'verdict');
  return result.verdict;
}

/** Checks that cannot run, or cannot tell. */
const checks: readonly { name: string; spec: object; action: RuntimeAction; file: Known<string> }[] = [
  {
    name: 'a schema that is not there',
    spec: { schema: 'a.json' },
    action: charge({ amount: 'x' }),
    file: { known: false, why: 'no such file' },
  },
  {
    name: 'a schema that is no JSON',
    spec: { schema: 'a.json' },
    action: charge({ amount: 'x' }),
    file: { known: true, value: 'rubbish' },
  },
  {
    name: 'a schema over a body too large to read',
    spec: { schema: 'a.json' },
    action: { ...charge(null), body: tooLarge },
    file: { known: true, value: '{}' },
  },
  {
    name: 'a schema over a parameter of an unknown binary type',
    spec: { schema: 'a.json' },
    action: sql('insert into users (id) values ($1)', [binary], own),
    file: { known: true, value: '{}' },
  },
  {
    name: 'an expression over a missing key',
    spec: { expression: 'action.body.amount == "x"' },
    action: charge({}),
    file: { known: true, value: '' },
  },
];

for (const { name, spec, action, file } of checks) {
  for (const otherwise of ['deny', 'hold']) {
    test(`${name}, under otherwise: ${otherwise}: hold, with the check's own words`, async () => {
      const rule = { id: 'r', on: { [action.kind]: {} }, check: [spec], otherwise };
      const asked = judge(load(text(stringify({ version: 1, default: 'allow', rules: [rule] }))), action);
      assert.equal(asked.checks.length, 1);
      const results = await Promise.all(
        asked.checks.map((request) => runCheck(request, action, run, async () => file)),
      );
      const verdict = conclude(asked, results);
      assert.equal(verdict.decision, 'hold');
      assert.ok(verdict.unknown.length > 0);
    });
  }
}

test('a check that nobody ran, or of whose request a result is for another, holds', () => {
  const rules = [{ id: 'r', on: { call: {} }, check: [{ expression: 'true' }, { schema: 'a.json' }] }];
  const asked = judge(load(text(stringify({ version: 1, default: 'allow', rules }))), call('x', null));
  const [first] = asked.checks;
  assert.ok(first !== undefined);
  const other: CheckSpec = { type: 'schema', file: 'b.json' };
  for (const results of [
    [],
    [{ request: first, outcome: 'passed' as const, expected: '', met: '' }],
    asked.checks.map((request) => ({
      request: { ...request, check: other },
      outcome: 'passed' as const,
      expected: '',
      met: '',
    })),
  ]) {
    const verdict = conclude(asked, results);
    assert.equal(verdict.decision, 'hold');
    assert.deepEqual(verdict.unknown, ['it did not run']);
  }
});
