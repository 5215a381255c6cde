import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HoldRequest } from '../../src/approval/grant.ts';
import { holdOutput } from '../../src/report/check-run.ts';
import { trustedEdit } from '../../src/report/remember-text.ts';
import { holdDetails } from '../../src/report/terminal.ts';
import { viewOfFlagged } from '../../src/report/views.ts';
import { createJudge } from '../../src/suite/judge.ts';
import { Recorder } from '../../src/suite/recorder.ts';
import { editLink } from '../../src/suite/remembering.ts';
import { http, load, run, sql, text, yamlOf } from '../policy/actions.ts';

const rules = `  - id: deletes
    on: { sql: { operation: delete } }
    hold: { reason: Deletes rows }
  - id: posts
    on: { http: { method: POST } }
    hold: { reason: Posts }`;

/** Judges these, and returns what was asked of people and what the report says. */
async function judged(...actions: (ReturnType<typeof sql> | ReturnType<typeof http>)[]) {
  const asked: HoldRequest[] = [];
  const recorder = new Recorder();
  const judge = createJudge({
    policy: load(text(yamlOf(rules))),
    grants: {
      find: async (hold) => {
        asked.push(hold);
        return { kind: 'none', problem: null };
      },
    },
    recorder,
    run: () => run,
    readFile: async () => ({ known: false, why: 'no file' }),
    secrets: ['hunter2-secret'],
    now: () => 0,
    approveHint: () => '',
    onFlagged: () => undefined,
    editLink: editLink('https://github.example', 'acme/shop'),
  });
  const notAsked = async () => ({ known: false, why: 'not asked here' }) as const;
  const scope = {
    session: { id: 'one', backend: null },
    read: notAsked,
    query: notAsked,
    catalog: notAsked,
    resolve: async (tables: readonly { name: string }[]) =>
      ({ known: true, value: tables.map(({ name }) => ({ schema: 'public', name })) }) as const,
  };
  for (const action of actions) {
    const ruling = await judge.judge(action, scope);
    ruling.settle(ruling.outcome === 'allow' ? 'completed' : 'refused');
  }
  return { asked, report: recorder.results() };
}

test('a hold says what a rule could say instead, what that would let pass, and where to write it', async () => {
  const { asked, report } = await judged(
    sql('DELETE FROM orders WHERE id = 1'),
    sql('DELETE FROM orders WHERE total > 5'),
    sql('DELETE FROM users'),
    sql('SELECT * FROM orders'),
  );
  const [one] = report.flagged[0]?.remember ?? [];
  assert.equal(one?.entry, '- { sql: { operation: delete, table: public.orders, target: staging-db } }');
  assert.equal(one?.matches.length, 2);
  assert.equal(one?.edit, 'https://github.example/acme/shop/edit/main/jit.yml#L5');
  const flagged = report.flagged[0];
  assert.ok(flagged);
  const { summary } = holdOutput(viewOfFlagged(flagged), false);
  assert.match(summary, /By rule instead[\s\S]*table: public\.orders[\s\S]*In this run it would let pass/);
  assert.match(
    summary,
    /\[edit the file\]\(https:\/\/github\.example\/acme\/shop\/edit\/main\/jit\.yml#L5\)/,
  );
  const shown = holdDetails(asked[0] ?? assert.fail());
  assert.match(shown, /by rule instead: rules, deletes, unless \(jit\.yml:5\)\n {4}- \{ sql: /);
});

test('an exception that would name a secret is not proposed', async () => {
  const { report } = await judged(http('POST', 'https://api.example/hooks/hunter2-secret'));
  const [one] = report.flagged[0]?.remember ?? [];
  assert.deepEqual([one?.entry, one?.why], [null, 'a secret would stand in it']);
  assert.doesNotMatch(JSON.stringify(report), /hunter2/);
});

test("a report's link is kept only where it leads to the editor of the repository or of its organisation", () => {
  const kept = (edit: string) => trustedEdit(edit, 'acme/shop', 'github.com') !== null;
  assert.ok(kept('https://github.com/acme/shop/edit/main/.github/jit-approval.yml#L3'));
  assert.ok(kept('https://github.com/acme/.github/edit/main/jit-approval.yml'));
  for (const bad of [
    'https://github.com/mallory/shop/edit/main/x.yml',
    'https://evil.example/acme/shop/edit/main/x.yml',
    'https://github.com@evil.example/acme/shop/edit/main/x.yml',
    'https://github.com/acme/shop/settings',
    'javascript:alert(1)',
    'https://github.com/acme/shop/edit/main/x) [approve](https://evil.example',
    'http://github.com/acme/shop/edit/main/x.yml',
  ]) {
    assert.equal(kept(bad), false, bad);
  }
});
