/**
 * The environment of the suite. What belongs to the runner's service, to our own inputs, or to a target that
 * a gate took over never reaches the code under test.
 */

/** Names by which a process could speak for the job, or poison the steps after it. */
const scrubbed = [
  /^ACTIONS_/,
  /^INPUT_/,
  /^JIT_/,
  /^GITHUB_(TOKEN|ENV|PATH|OUTPUT|STATE|STEP_SUMMARY|ARTIFACTS)$/,
  /^GH_TOKEN$/,
];

/**
 * `given` without what is scrubbed and what the gates took over (`takenOver`), with what the gates give.
 * Compared without regard to case, as Windows does.
 */
export function suiteEnvironment(
  given: Readonly<Record<string, string | undefined>>,
  takenOver: readonly string[],
  gates: Readonly<Record<string, string>>,
): Record<string, string> {
  const gone = new Set(takenOver.map((name) => name.toUpperCase()));
  const kept = Object.entries(given).filter((entry): entry is [string, string] => {
    const name = entry[0].toUpperCase();
    return entry[1] !== undefined && !gone.has(name) && !scrubbed.some((pattern) => pattern.test(name));
  });
  return { ...Object.fromEntries(kept), ...gates };
}

/**
 * Why a step cannot set this variable; null when it can. One that a gate took over would lead around the gate, one
 * that it gives would lead away from it.
 */
export function notForSteps(
  name: string,
  takenOver: readonly string[],
  gates: Readonly<Record<string, string>>,
): string | null {
  const upper = name.toUpperCase();
  const among = (names: readonly string[]) => names.some((each) => each.toUpperCase() === upper);
  if (among(takenOver)) return 'a gate took it over: what it held leads to the real system';
  if (among(Object.keys(gates))) return 'a gate sets it';
  return scrubbed.some((pattern) => pattern.test(upper)) ? 'it is kept from the suite' : null;
}

/** Variables whose values are secrets by their name; the report and every refusal are cleaned of them. */
const secretName =
  /(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|PASS|PGPASSWORD|API_?KEY|PRIVATE_?KEY|CREDENTIALS?)(_|$)/i;

/** Shorter values would blank out ordinary words. */
const shortestSecret = 6;

export function secretsOf(given: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const found = secretName.test(name) && value.length >= shortestSecret ? [value] : [];
    const password = passwordOf(value);
    return password === null ? found : [...found, password];
  });
}

/** The password inside a URL, as written and decoded. */
function passwordOf(value: string): string | null {
  const match = /^[a-z][a-z0-9+.:-]*:\/\/[^/@\s:]*:([^@\s]+)@/i.exec(value);
  return match?.[1] !== undefined && match[1].length >= shortestSecret ? match[1] : null;
}
