import manifest from '../package.json' with { type: 'json' };

/** Version of this build, from package.json. */
export const version: string = manifest.version;

/** Why a program cannot run on a Node (`20.20.2`) that is older than its least version, major and minor; else null. */
export function nodeTooOld(node: string, program: string, least: readonly [number, number]): string | null {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const enough = major > least[0] || (major === least[0] && minor >= least[1]);
  if (enough) return null;
  return `${program} needs Node ${least.join('.')} or newer; this is Node ${node}. Put a newer one first in PATH.`;
}
