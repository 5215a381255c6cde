import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { parse } from 'yaml';
import * as z from 'zod';
import { type ExpressionScope, holds } from '../../src/sandbox/runner/expression.ts';
import { validateWorkflow } from '../../src/sandbox/runner/validate.ts';

/**
 * Every workflow that we ship or print, and action.yml: by GitHub's own schema, and by the audits of zizmor that need
 * no network, gone through by hand (zizmor itself is no npm package). Not here: impostor-commit, known-vulnerable-actions,
 * stale-action-refs and ref-confusion ask GitHub; the personas' matters of taste (anonymous-definition) are left out.
 */
const root = path.resolve(import.meta.dirname, '../..');
const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => !/^(test|dist)\//.test(file));
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

interface Shipped {
  readonly name: string;
  readonly text: string;
}
const files: Shipped[] = tracked
  .filter((file) => /workflows\/[^/]+\.ya?ml$/.test(file))
  .map((file) => ({ name: file, text: read(file) }));
const printed: Shipped[] = tracked
  .filter((file) => file.endsWith('.md'))
  .flatMap((file) =>
    [...read(file).matchAll(/```ya?ml\n([\s\S]*?)```/g)]
      .map((match, index) => ({ name: `yaml ${index + 1} of ${file}`, text: match[1] ?? '' }))
      .filter(({ text }) => /^jobs:/m.test(text)),
  );
const workflows = [...files, ...printed];

const permissions = z.record(z.string(), z.enum(['read', 'write', 'none']));
const stepSchema = z.looseObject({
  if: z.union([z.string(), z.boolean()]).optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const workflowSchema = z.looseObject({
  on: z.unknown(),
  permissions,
  jobs: z.record(
    z.string(),
    z.looseObject({
      if: z.union([z.string(), z.boolean()]).optional(),
      permissions: permissions.optional(),
      'runs-on': z.string(),
      secrets: z.unknown().optional(),
      container: z.unknown().optional(),
      services: z.unknown().optional(),
      steps: z.array(stepSchema),
    }),
  ),
});
type Step = z.infer<typeof stepSchema>;

/** Where a condition stands decides what it may read; whatever else it names is an error. */
function readable(contexts: readonly string[]): ExpressionScope {
  return {
    contexts: Object.fromEntries(contexts.map((name) => [name, {}])),
    status: { success: true, failure: false, cancelled: false },
    workspace: null,
  };
}
const ofJobs = readable(['github', 'needs', 'vars', 'inputs']);
const ofSteps = readable([
  'github',
  'needs',
  'strategy',
  'matrix',
  'job',
  'runner',
  'env',
  'vars',
  'steps',
  'inputs',
]);
const ofOurSteps = readable(['github', 'inputs', 'strategy', 'matrix', 'steps', 'job', 'runner', 'env']);

/** A string in `contains` is searched as text; a condition of several lines ends in a line break, which is true. */
function sound(condition: string | boolean | undefined, scope: ExpressionScope): void {
  holds(condition, scope);
  const text = String(condition ?? '');
  assert.doesNotMatch(text, /contains\(\s*'/, 'unsound-contains');
  assert.ok(!text.includes('${{') || !/\n$/.test(text), 'unsound-condition');
  assert.doesNotMatch(text, /github\.(triggering_)?actor\b/, 'bot-conditions: an actor can be chosen');
}

const shortened = /^jit-approval\/jit-approval@v1$/;

/** The audits of a list of steps. */
function auditSteps(steps: readonly Step[], text: string): void {
  for (const { uses, run, with: given } of steps) {
    assert.ok(
      !run?.includes('${{'),
      'template-injection: an expression in shell text can be told what to run',
    );
    assert.doesNotMatch(run ?? '', /GITHUB_(ENV|PATH)/, 'github-env: a later step would believe it');
    if (uses === undefined || uses === './') continue;
    if (uses.startsWith('actions/checkout@')) {
      assert.equal(given?.['persist-credentials'], false, 'artipacked: the token would stay in .git/config');
    }
    assert.doesNotMatch(uses, /^actions\/cache/, 'cache-poisoning');
    assert.equal(given?.cache, undefined, 'cache-poisoning');
    // no release has a commit yet that could stand here
    if (shortened.test(uses)) continue;
    assert.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/, 'unpinned-uses');
    const comment = text.split('\n').find((line) => line.includes(uses));
    assert.match(comment ?? '', /# v\d+\.\d+\.\d+$/, 'ref-version-mismatch: the comment names the release');
  }
}

suite('workflows that we ship or print', () => {
  test('there are some of both kinds', () => {
    assert.ok(files.length >= 3, String(files.length));
    assert.ok(printed.length >= 1, String(printed.length));
  });

  for (const { name, text } of workflows) {
    test(`${name}: GitHub's own schema takes it, and its conditions can be evaluated where they stand`, () => {
      assert.deepEqual(validateWorkflow(text, name), []);
      for (const job of Object.values(workflowSchema.parse(parse(text)).jobs)) {
        sound(job.if, ofJobs);
        for (const step of job.steps) sound(step.if, ofSteps);
      }
    });

    test(`${name}: least permissions, no dangerous trigger, pinned actions, no token left behind`, () => {
      const workflow = workflowSchema.parse(parse(text));
      assert.ok(
        Object.values(workflow.permissions).every((access) => access !== 'write'),
        'excessive-permissions: writing is for single jobs',
      );
      assert.doesNotMatch(
        JSON.stringify(workflow.on),
        /pull_request_target|workflow_run/,
        'dangerous-triggers',
      );
      assert.doesNotMatch(
        text,
        /toJSON\(secrets|secrets: *inherit|fromJSON\(secrets|secrets\[/i,
        'overprovisioned-secrets',
      );
      assert.doesNotMatch(text, /ACTIONS_ALLOW_UNSECURE_COMMANDS/, 'insecure-commands');
      for (const job of Object.values(workflow.jobs)) {
        assert.doesNotMatch(
          job['runs-on'],
          /self-hosted|latest|\$\{\{/,
          'self-hosted-runner, and a named image',
        );
        assert.doesNotMatch(
          JSON.stringify(job.container ?? ''),
          /password/,
          'hardcoded-container-credentials',
        );
        for (const image of Object.values(
          z.record(z.string(), z.looseObject({ image: z.string() })).parse(job.services ?? {}),
        )) {
          assert.match(image.image, /@sha256:[0-9a-f]{64}$/, 'unpinned-images');
        }
        auditSteps(job.steps, text);
      }
    });
  }

  test('every permission to write says why it is needed', () => {
    for (const { name, text } of workflows) {
      for (const line of text.split('\n').filter((each) => /^ *[a-z-]+: write\b/.test(each))) {
        assert.match(line, /# \w+/, `undocumented-permissions: ${name}: ${line}`);
      }
    }
  });

  test("the README's first workflow has twelve lines", () => {
    const [first] = printed.filter(({ name }) => name.endsWith('of README.md'));
    const lines =
      first?.text
        .trimEnd()
        .split('\n')
        .filter((line) => !line.startsWith('#')) ?? [];
    assert.equal(lines.length, 12);
  });
});

suite('action.yml and the other files that GitHub reads', () => {
  test('every condition of action.yml can be evaluated with what a composite action may read', () => {
    const { runs } = z
      .object({ runs: z.object({ steps: z.array(stepSchema) }) })
      .parse(parse(read('action.yml')));
    for (const { if: condition } of runs.steps) sound(condition, ofOurSteps);
    auditSteps(runs.steps, read('action.yml'));
    assert.throws(() => sound('needs.x.result', ofOurSteps), /Unrecognized named-value/);
    assert.throws(() => sound('succes()', ofOurSteps), /Unrecognized function/);
  });

  test('Dependabot waits some days with a new release and runs no code of it', () => {
    const { updates } = z
      .object({ updates: z.array(z.looseObject({ cooldown: z.object({ 'default-days': z.number() }) })) })
      .parse(parse(read('.github/dependabot.yml')));
    for (const update of updates) {
      assert.ok(update.cooldown['default-days'] >= 7, 'dependabot-cooldown');
      assert.notEqual(update['insecure-external-code-execution'], 'allow', 'dependabot-execution');
    }
  });
});
