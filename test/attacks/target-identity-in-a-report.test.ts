import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gatePolicyOf } from '../../src/app/read-policy.ts';
import type { Target } from '../../src/policy/action.ts';
import { guardForm } from '../../src/policy/target-identity.ts';
import { flaggedOf } from '../app/help/report.ts';
import { policyFor, stage } from '../app/help/stage.ts';
import { text } from '../policy/actions.ts';

const guarded = (appId: number) => `${policyFor(appId)}guards: { target-identity: true }\n`;

const target: Target = {
  name: 'staging-db',
  kind: 'postgres',
  declared: true,
  disposable: false,
  identity: 'db.example:5432/shop',
  host: 'db.example',
  port: 5432,
  database: 'shop',
};

/** The guard's hold as a runner reports it under this policy. */
function hold(database: string) {
  const ref = gatePolicyOf([text(guarded(4711))]).rules.find(({ id }) => id === 'target-identity');
  const server = { address: '10.0.3.4', port: 5432, database, systemIdentifier: '7412345678901234567' };
  return guardForm(target, { known: true, value: server }, [
    { id: 'target-identity', digest: ref?.digest ?? '' },
  ]);
}

suite('the guard target-identity in the pull request', () => {
  test('a held server is approved like any action, and another database of it is not approved with it', async () => {
    await using scene = await stage({
      policy: guarded,
      suite: () => () => [flaggedOf(hold('shop')), flaggedOf(hold('production'))],
    });
    const pull = await scene.open();
    const id = flaggedOf(hold('shop')).id;
    const other = flaggedOf(hold('production')).id;
    assert.match(
      scene.gate(pull)?.summary ?? '',
      new RegExp(`${id}[\\s\\S]*${other}|${other}[\\s\\S]*${id}`),
    );
    scene.sandbox.act.comment('alice', pull, `/approve ${id}`);
    await scene.settle();
    assert.match(scene.gate(pull)?.text ?? '', new RegExp(flaggedOf(hold('shop')).fingerprint));
    assert.doesNotMatch(scene.gate(pull)?.text ?? '', new RegExp(flaggedOf(hold('production')).fingerprint));
  });
});
