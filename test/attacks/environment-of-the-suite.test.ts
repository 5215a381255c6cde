import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notForSteps, suiteEnvironment } from '../../src/suite/environment.ts';

// S11: the suite runs beside the gate; what it finds in its environment must lead neither around it nor past the job

const given = {
  PATH: '/usr/bin',
  CI: 'true',
  ACTIONS_RUNTIME_TOKEN: 'of the job',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of the job',
  Actions_Results_Url: 'https://results.example',
  INPUT_POLICY: 'ours',
  GITHUB_TOKEN: 'ghs_job',
  GH_TOKEN: 'ghs_job',
  GITHUB_ENV: '/work/env',
  GITHUB_PATH: '/work/path',
  GITHUB_OUTPUT: '/work/output',
  GITHUB_STATE: '/work/state',
  GITHUB_SHA: '1'.repeat(40),
  DATABASE_URL: 'postgres://real',
  database_url: 'postgres://real',
};
const gates = { DATABASE_URL: 'postgres://gate', HTTP_PROXY: 'http://gate' };
const environment = () => suiteEnvironment(given, ['DATABASE_URL'], gates);

test('nothing by which a process could speak for the job reaches the suite', () => {
  const { DATABASE_URL: _, HTTP_PROXY: __, ...rest } = environment();
  assert.deepEqual(Object.keys(rest).sort(), ['CI', 'GITHUB_SHA', 'PATH']);
});

test('the address that a gate took over does not reach the suite, in any spelling', () => {
  assert.ok(!Object.values(environment()).includes('postgres://real'));
  assert.equal(environment().DATABASE_URL, 'postgres://gate');
});

test('no step sets what is kept from it, what a gate gave, or what it took over', () => {
  const why = (name: string) => notForSteps(name, ['DATABASE_URL'], { HTTP_PROXY: 'http://gate' });
  assert.match(why('Database_Url') ?? '', /leads to the real system/);
  assert.match(why('http_proxy') ?? '', /a gate sets it/);
  for (const name of ['GITHUB_ENV', 'actions_runtime_token', 'JIT_APPROVAL_URL']) {
    assert.match(why(name) ?? '', /kept from the suite/, name);
  }
  assert.equal(why('DATABASE_URL_2'), null);
});
