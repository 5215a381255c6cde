import { binding, varyingFields } from '../approval/fingerprint.ts';
import type { Found, GrantSource, HoldRequest } from '../approval/grant.ts';
import { holdDetails, holdPrompt } from '../report/terminal.ts';

/** What the terminal needs to be: write a text, read a line. Null when the input has ended. */
export interface Terminal {
  write(text: string): void;
  ask(question: string): Promise<string | null>;
}

/**
 * Decisions made by the person at the terminal. One question at a time; the same fingerprint is asked once.
 * An input that ends means held, never approved.
 */
export function terminalGrants(terminal: Terminal): GrantSource {
  const decided = new Map<string, Found>();
  let queue: Promise<unknown> = Promise.resolve();
  const decide = async (hold: HoldRequest): Promise<Found> => {
    const known = decided.get(hold.fingerprint) ?? matching(decided, hold);
    if (known !== null && known !== undefined) return known;
    const found = await prompt(terminal, hold);
    decided.set(hold.fingerprint, found);
    return found;
  };
  return {
    find(hold) {
      const answer = queue.then(() => decide(hold));
      queue = answer.catch(() => undefined);
      return answer;
    },
  };
}

/** An earlier "approve varying" covers what differs only in the fields that may vary. */
function matching(decided: ReadonlyMap<string, Found>, hold: HoldRequest): Found | null {
  for (const found of decided.values()) {
    if (found.kind !== 'granted' || found.grant.varying.length === 0) continue;
    if (binding(hold.form, found.grant.varying) === found.grant.binds) return found;
  }
  return null;
}

async function prompt(terminal: Terminal, hold: HoldRequest): Promise<Found> {
  const offered = varyingFields(hold.form).map((field) => field.name);
  terminal.write(holdPrompt(hold, offered));
  for (;;) {
    const answer = await terminal.ask(
      `[a]pprove, [d]eny${offered.length > 0 ? ', approve [v]arying' : ''}, [s]how everything, [h]old: `,
    );
    switch (answer?.trim().toLowerCase()) {
      case 'a':
      case 'approve':
        return granted(hold, []);
      case 'v':
      case 'varying':
        if (offered.length > 0) return granted(hold, offered);
        break;
      case 'd':
      case 'deny':
        return { kind: 'denied', by: 'you' };
      case 's':
      case 'show':
        terminal.write(holdDetails(hold));
        break;
      case undefined:
      case 'h':
      case 'hold':
        return { kind: 'none', problem: null };
      default:
        terminal.write('Please answer with one of the letters.\n');
    }
  }
}

function granted(hold: HoldRequest, varying: string[]): Found {
  const binds = binding(hold.form, varying);
  if (binds === null) return { kind: 'none', problem: null };
  const grant = {
    fingerprint: hold.fingerprint,
    id: hold.id,
    binds,
    varying,
    uses: null,
    expires: null,
    by: ['you'],
  };
  return { kind: 'granted', grant, giveBack: () => undefined };
}
