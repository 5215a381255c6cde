import { dirname } from 'node:path';
import type { Builtin } from './builtin.ts';
import { withDefaults } from './builtin.ts';

/** Puts the Node that runs this program on PATH; nothing is downloaded. */
export const setupNode: Builtin = {
  inputs: withDefaults({
    'node-version': '',
    'node-version-file': '',
    architecture: '',
    'check-latest': 'false',
    'registry-url': '',
    scope: '',
    token: '',
    cache: '',
    'cache-dependency-path': '',
    'package-manager-cache': 'true',
    mirror: '',
    'mirror-token': '',
    'always-auth': 'false',
  }),
  async run(run, inputs) {
    const met = process.versions.node;
    const asked = /\d+/.exec(inputs['node-version'] ?? '')?.[0];
    if (asked !== undefined && asked !== met.split('.')[0]) {
      run.frame.issues.add(
        'warning',
        `Node ${inputs['node-version']} is asked for; this runner has only ${met}.`,
      );
    }
    run.job.path.push(dirname(process.execPath));
    run.outputs['node-version'] = `v${met}`;
    run.job.observer.log(`node: v${met}`);
  },
};
