import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import * as YAML from 'yaml';
import * as z from 'zod';
import { actionInputs, actionOutputs, stepOutputs, subcommands, variables } from '../../src/action/io.ts';
import { validateAction } from '../../src/sandbox/runner/validate.ts';

const text = readFileSync(new URL('../../action.yml', import.meta.url), 'utf8');
const action = z
  .object({
    inputs: z.record(
      z.string(),
      z.object({ description: z.string(), default: z.string(), required: z.literal(false) }),
    ),
    outputs: z.record(z.string(), z.object({ description: z.string(), value: z.string() })),
    description: z.string(),
    branding: z.object({ icon: z.string(), color: z.string() }),
    runs: z.object({
      steps: z.array(
        z.object({
          id: z.string(),
          if: z.string(),
          run: z.string().optional(),
          uses: z.string().optional(),
          env: z.record(z.string(), z.string()).optional(),
        }),
      ),
    }),
  })
  .parse(YAML.parse(text));
const { steps } = action.runs;

/** Commits that nested actions are pinned to: upload-artifact v7.0.0 and download-artifact v8.0.1. */
const pins = {
  'actions/upload-artifact': 'bbbca2ddaa5d8feaa63e36b76fdaad77386f024f',
  'actions/download-artifact': '3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c',
} as const;

test("action.yml keeps to GitHub's schema", () => {
  assert.deepEqual(validateAction(text, 'action.yml'), []);
});

test('inputs and their defaults are those that the code reads', () => {
  const declared = Object.entries(action.inputs).map(([name, input]) => ({ name, default: input.default }));
  assert.deepEqual(
    declared,
    actionInputs.map(({ name, default: value }) => ({ name, default: value })),
  );
});

test('outputs are those that the suite writes, by the same names', () => {
  const declared = Object.entries(action.outputs).map(([name, output]) => [name, output.value]);
  assert.deepEqual(
    declared,
    actionOutputs.map((name) => [name, `\${{ steps.suite.outputs.${name} }}`]),
  );
});

test('each subcommand gets exactly the variables that the code expects of it', () => {
  for (const subcommand of subcommands) {
    const step = steps.find((each) => each.id === subcommand);
    const inputs =
      subcommand === 'restore' ? [] : actionInputs.map(({ env, name }) => [env, `inputs.${name}`] as const);
    const expected = [...inputs, ...Object.entries(variables[subcommand])];
    assert.deepEqual(
      step?.env,
      Object.fromEntries(expected.map(([name, expression]) => [name, `\${{ ${expression} }}`])),
      subcommand,
    );
  }
});

test('every output of a step that action.yml reads is one that the step writes', () => {
  for (const [, step = '', output = ''] of text.matchAll(/steps\.(\w+)\.outputs\.([\w-]+)/g)) {
    const known: readonly string[] =
      step === 'upload'
        ? ['artifact-id', 'artifact-url', 'artifact-digest']
        : stepOutputs[subcommands.find((each) => each === step) ?? 'conclude'];
    assert.ok(known.includes(output), `steps.${step}.outputs.${output}`);
  }
});

test('no expression stands in shell text, and every command is the launcher itself, by exec', () => {
  const commands = steps.flatMap((step) => step.run ?? []);
  assert.deepEqual(
    commands,
    subcommands.map((each) => `exec bash "$GITHUB_ACTION_PATH/dist/launch.sh" ${each}`),
  );
});

test('nested actions are pinned to the commits we reviewed, and none is local to the caller', () => {
  const uses = steps.flatMap((step) => step.uses ?? []);
  assert.equal(uses.length, 2);
  for (const reference of uses) {
    const [name = '', commit] = reference.split('@');
    assert.equal(commit, Object.entries(pins).find(([known]) => known === name)?.[1], reference);
  }
});

test('upload and conclude run whatever happened; nothing else starts in a cancelled job', () => {
  for (const { id, if: condition } of steps) {
    const expected = id === 'upload' || id === 'conclude' ? /^always\(\)/ : /^success\(\) && !cancelled\(\)/;
    assert.match(condition, expected, id);
  }
});

test('the Marketplace gets an icon and a colour that it knows, and a description that it takes', () => {
  assert.ok(action.description.length <= 125, `${action.description.length} characters`);
  assert.ok(
    ['white', 'black', 'yellow', 'blue', 'green', 'orange', 'red', 'purple', 'gray-dark'].includes(
      action.branding.color,
    ),
  );
  assert.match(action.branding.icon, /^[a-z-]+$/);
});
