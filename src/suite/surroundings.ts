import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { Surroundings } from '../policy/server-identity.ts';

/**
 * What this machine can prove about a server. Only on a machine of GitHub's, which is thrown away after the job,
 * does a container's network prove anything: there it is the job's service container.
 */
export function surroundingsOf(environment: Readonly<Record<string, string | undefined>>): Surroundings {
  if (environment.GITHUB_ACTIONS !== 'true') return { runId: null, containerNetworks: [] };
  const thrownAway = environment.RUNNER_ENVIRONMENT === 'github-hosted';
  return {
    runId: environment.GITHUB_RUN_ID ?? null,
    containerNetworks: thrownAway ? containerNetworks(existsSync('/.dockerenv')) : [],
  };
}

/** Docker's bridges on the machine; inside of a job container its own interface is on such a bridge. */
function containerNetworks(inside: boolean): (readonly [string, number])[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    /^(docker\d+|br-[0-9a-f]{12})$/.test(name) || (inside && /^eth\d+$/.test(name))
      ? addresses
          .filter(({ family }) => family === 'IPv4')
          .map(({ address, cidr }) => [address, Number(cidr?.split('/')[1] ?? 32)] as const)
      : [],
  );
}
