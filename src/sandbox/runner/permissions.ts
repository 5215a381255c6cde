import * as z from 'zod';
import { jobOf, type Workflow } from './workflow.ts';

type Access = 'read' | 'write';

/** Scopes of GITHUB_TOKEN as workflow files spell them. `id-token` has no `read`. */
const scopes = [
  'actions',
  'artifact-metadata',
  'attestations',
  'checks',
  'contents',
  'deployments',
  'discussions',
  'id-token',
  'issues',
  'models',
  'packages',
  'pages',
  'pull-requests',
  'security-events',
  'statuses',
] as const;

/** What a repository with restricted defaults (every new one) grants when the workflow says nothing. */
const restricted = { contents: 'read', packages: 'read', metadata: 'read' } as const;

const mapping = z.record(z.string(), z.enum(['read', 'write', 'none']));

function everything(access: Access): Record<string, Access> {
  const named = scopes.filter((scope) => access === 'write' || scope !== 'id-token');
  return { metadata: 'read', ...Object.fromEntries(named.map((scope) => [scope, access])) };
}

/**
 * Permissions of one job's GITHUB_TOKEN, keyed as in workflow files (`pull-requests`). A scope that is not
 * there is none, except that `metadata: read` always is.
 */
export function permissionsOf(workflow: Workflow, jobKey: string): Readonly<Record<string, Access>> {
  const said = jobOf(workflow, jobKey).permissions ?? workflow.permissions;
  if (said === undefined) return restricted;
  if (said === 'read-all') return everything('read');
  if (said === 'write-all') return everything('write');
  const granted: Record<string, Access> = { metadata: 'read' };
  for (const [scope, access] of Object.entries(mapping.parse(said ?? {}))) {
    if (access !== 'none') granted[scope] = access;
  }
  return granted;
}
