import { createHash, createHmac } from 'node:crypto';
import type { KeyHistory } from '../checks/unique/unique.ts';
import type { Policy } from '../policy/parse.ts';
import type { Report } from '../report/schema.ts';
import { postgresSettings } from '../targets/postgres.ts';

/** Keys of all steps and attempts that one report carries. */
const maximumKeys = 5_000;

/**
 * Which keys each step has written under `unique`, over the attempts of its job. A report carries digests under
 * the passwords of the targets: whoever could try values against them can read the rows themselves.
 */
export class WrittenKeys {
  readonly #secret: string;
  readonly #earlier = new Map<string, Set<string>>();
  readonly #all = new Map<string, Set<string>>();
  #count = 0;
  #leftOut = 0;

  constructor(secret: string, earlier: Report | null) {
    this.#secret = secret;
    for (const { step, keys } of earlier?.written ?? []) {
      this.#earlier.set(step, new Set(keys));
      for (const key of keys) this.#add(step, key);
    }
  }

  of(step: string): KeyHistory {
    return {
      wroteEarlier: (key) => this.#earlier.get(step)?.has(this.#digest(key)) === true,
      wrote: (key) => this.#add(step, this.#digest(key)),
    };
  }

  results(): Pick<Report, 'written'> {
    if (this.#all.size === 0) return {};
    return { written: [...this.#all].map(([step, keys]) => ({ step, keys: [...keys] })) };
  }

  notices(): string[] {
    return this.#leftOut === 0
      ? []
      : [
          `${this.#leftOut} keys written under \`unique\` are not in the report (it holds ${maximumKeys}): written again by a further attempt they are denied, not held.`,
        ];
  }

  #add(step: string, digest: string): void {
    const keys = this.#all.get(step) ?? new Set<string>();
    if (keys.has(digest)) return;
    if (this.#count >= maximumKeys) {
      this.#leftOut += 1;
      return;
    }
    this.#count += 1;
    this.#all.set(step, keys.add(digest));
  }

  #digest(key: string): string {
    return createHmac('sha256', this.#secret).update(key).digest('hex').slice(0, 16);
  }
}

/** What only those know who may read the targets anyway; the same in each attempt. */
export function keySecret(policy: Policy, environment: Readonly<Record<string, string | undefined>>): string {
  const passwords = Object.entries(policy.targets).flatMap(([name, target]) =>
    'postgres' in target && target.disposable !== true
      ? [[name, postgresSettings(target.postgres, environment).password]]
      : [],
  );
  return createHash('sha256').update(JSON.stringify(passwords.sort())).digest('hex');
}
