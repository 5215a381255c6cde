import { readFileSync } from 'node:fs';
import { JitError } from '../errors.ts';

/**
 * The environment as the launcher handed it over, NUL separated, on file descriptor 3. This process itself was
 * started with a scrubbed one: any process of the same user can read /proc/PID/environ.
 */
export function readHandedEnvironment(descriptor = 3): Record<string, string> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(descriptor);
  } catch (cause) {
    throw new JitError(
      'LAUNCH',
      'The environment was expected on file descriptor 3; start this through dist/launch.sh, as action.yml does.',
      { cause },
    );
  }
  return parseEnvironment(bytes.toString('utf8'));
}

/** `NAME=value` entries, each ended by NUL, as `env -0` prints them. */
export function parseEnvironment(text: string): Record<string, string> {
  const entries = text.split('\0').filter((entry) => entry.includes('='));
  return Object.fromEntries(
    entries.map((entry) => {
      const at = entry.indexOf('=');
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}
