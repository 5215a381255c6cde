import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildForm } from '../../src/approval/build-form.ts';
import { fingerprint } from '../../src/approval/fingerprint.ts';
import { decide } from '../../src/policy/decide.ts';
import { evidenceOf, nextPowerOfTen } from '../../src/policy/evidence.ts';
import type { Facts } from '../../src/policy/verdict.ts';
import { formText } from '../../src/report/form-text.ts';
import { policy, run, sql } from './actions.ts';

const bulk = policy(`
  - id: bulk
    on: { sql: { operation: delete } }
    when: "!action.where || action.estimatedRows > 100"
    hold: { reason: many rows }`);

const asked = (text: string, facts: Facts = {}) => decide({ policy: bulk, action: sql(text), run, facts });
const decision = (text: string, facts: Facts = {}) => {
  const result = asked(text, facts);
  return result.kind === 'verdict' ? result.verdict.decision : result.facts.join();
};
const rows = (value: number): Facts => ({ estimatedRows: { known: true, value } });

test('rows are asked for only where a rule comes to read them', () => {
  assert.equal(decision('select 1'), 'allow');
  assert.equal(decision('delete from a'), 'hold');
  assert.equal(decision('delete from a where b = 1'), 'estimatedRows');
  assert.equal(decision('delete from a where b = 1', rows(100)), 'allow');
  assert.equal(decision('delete from a where b = 1', rows(101)), 'hold');
});

test('rows that could not be estimated hold', () => {
  assert.equal(decision('delete from a where b = 1', { estimatedRows: { known: false, why: 'x' } }), 'hold');
});

test('an approval covers the number of rows up to the next power of ten', () => {
  const printOf = (value: number) => {
    const facts = rows(value);
    const action = sql('delete from a where b = 1');
    const result = decide({ policy: bulk, action, run, facts });
    if (result.kind !== 'verdict') throw new Error('a verdict was expected');
    const { form } = buildForm(action, result.verdict.rules, null, evidenceOf(facts, result.verdict.rules));
    assert.match(formText(form), /\nestimated rows: up to 10+$/);
    return fingerprint(form);
  };
  assert.equal(printOf(101), printOf(1000));
  assert.notEqual(printOf(1000), printOf(1001));
  assert.deepEqual([0, 1, 2, 10, 11].map(nextPowerOfTen), ['1', '1', '10', '10', '100']);
});

test('what no flagging rule read is not bound', () => {
  const other = policy('  - id: any\n    on: { sql: { operation: delete } }\n    hold: { reason: x }');
  const result = decide({ policy: other, action: sql('delete from a'), run, facts: {} });
  assert.equal(result.kind, 'verdict');
  if (result.kind === 'verdict') assert.deepEqual(evidenceOf(rows(5), result.verdict.rules), []);
});

test('now and labels can be read, and are unknown where nobody told them', () => {
  const late = policy(`
  - id: late
    on: { sql: { operation: delete } }
    when: now > timestamp("2026-01-01T00:00:00Z") && "risky" in run.labels
    hold: { reason: x }
  - id: fine
    on: { sql: { operation: delete } }
    unless: '"safe" in run.labels'
    deny: { reason: y }`);
  const of = (more: object) => {
    const result = decide({
      policy: late,
      action: sql('delete from a'),
      run: { ...run, ...more },
      facts: {},
    });
    return result.kind === 'verdict' ? result.verdict : null;
  };
  const now = Date.parse('2026-06-01T00:00:00Z');
  assert.equal(of({ now, labels: ['risky', 'safe'] })?.decision, 'hold');
  assert.equal(of({ now: 0, labels: ['safe'] })?.decision, 'allow');
  assert.equal(of({ now, labels: [] })?.decision, 'deny');
  assert.equal(of({})?.decision, 'deny');
  assert.deepEqual(
    of({})
      ?.trace.map(({ answer }) => answer)
      .slice(0, 2),
    ['unknown', 'yes'],
  );
});
