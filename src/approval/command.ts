import { nearest } from '../policy/problem.ts';

/**
 * Comment text → command. Only the whole first line counts, so that a quotation, a fenced example or the echo
 * of foreign text further down never commands anything; and one token that is not understood refuses all.
 */
export type Command =
  | {
      readonly verb: 'approve';
      readonly ids: readonly string[];
      readonly varying: readonly string[];
      readonly reason: string | null;
    }
  | { readonly verb: 'break-glass'; readonly ids: readonly string[]; readonly reason: string }
  | { readonly verb: 'approve-all'; readonly set: string }
  | { readonly verb: 'deny'; readonly ids: readonly string[]; readonly reason: string | null }
  | { readonly verb: 'revoke'; readonly ids: readonly string[] }
  | { readonly verb: 'explain'; readonly ids: readonly string[] }
  | { readonly verb: 'jit'; readonly what: 'status' | 'rerun' | 'help' };

export type ParsedCommand =
  | { readonly kind: 'none' }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'refused'; readonly why: string };

/** The commands as help shows them. */
export const commandHelp = [
  '/approve ID… [varying FIELD,…] [-- reason]',
  '/approve all SETID',
  '/approve! ID… -- reason',
  '/deny ID… [-- reason]',
  '/revoke ID…',
  '/jit status | rerun | help',
  '/jit explain ID…',
] as const;

const examples: Readonly<Record<string, string>> = {
  '/approve': '`/approve 7f3k9q2m` or `/approve all 0c4w8x1z`',
  '/approve!': '`/approve! 7f3k9q2m -- reason`',
  '/deny': '`/deny 7f3k9q2m -- reason`',
  '/revoke': '`/revoke 7f3k9q2m`',
  '/jit': '`/jit status`, `/jit rerun`, `/jit explain 7f3k9q2m` or `/jit help`',
};

/** An id or a beginning of one: Crockford's base 32, six characters (30 bits) or more. */
const idPattern = /^[0-9a-hjkmnp-tv-z]{6,52}$/;
const ours = /^\/(approve|deny|revoke|jit)(?![a-z0-9])/i;
const maxIds = 100;
const maxReason = 500;

export function parseCommand(body: string): ParsedCommand {
  const line = (body.split(/\r\n|\r|\n/, 1)[0] ?? '').replace(/[ \t]+$/, '');
  if (!ours.test(line)) {
    return disguised(line) ? refuseCharacters(line, line.length) : nearMiss(line);
  }
  const { head, reason } = splitReason(line);
  if (/[^\x20-\x7e\t]/.test(head)) return refuseCharacters(line, head.length);
  const [word = '', ...tokens] = head.trim().split(/[ \t]+/);
  const verb = word.toLowerCase();
  if (reason !== null && reason.length > maxReason)
    return refuse(verb, `the reason has ${reason.length} characters; at most ${maxReason} are kept`);
  switch (verb) {
    case '/approve':
      return parseApprove(tokens, reason);
    case '/approve!':
      return parseBreakGlass(tokens, reason);
    case '/deny':
      return withIds(verb, tokens, (ids) => ({ verb: 'deny', ids, reason }));
    case '/revoke':
      if (reason !== null) return refuse(verb, 'a reason is not taken here');
      return withIds(verb, tokens, (ids) => ({ verb: 'revoke', ids }));
    case '/jit':
      return parseJit(tokens, reason);
    default:
      return refuse(verb.match(ours)?.[0] ?? '/jit', `the command is written ${quoted(word)}`);
  }
}

/**
 * A slip of the finger before something that is an id: silence would leave the person waiting. Other bots'
 * commands carry no such thing.
 */
function nearMiss(line: string): ParsedCommand {
  const [, word = '', id = ''] = /^\/([a-z]{3,9})[ \t]+([0-9a-z]{6,52})\b/i.exec(line) ?? [];
  const meant = nearest(word, ['approve', 'deny', 'revoke']);
  if (meant === null || !idPattern.test(id.toLowerCase()) || !/\d/.test(id)) return { kind: 'none' };
  return {
    kind: 'refused',
    why: `Nothing was done: \`/${word}\` is no command. Did you mean \`/${meant} ${id}\`?`,
  };
}

function parseApprove(tokens: readonly string[], reason: string | null): ParsedCommand {
  if (tokens[0]?.toLowerCase() === 'all') return parseAll(tokens.slice(1), reason);
  const at = tokens.findIndex((token) => token.toLowerCase() === 'varying');
  if (at < 0) return withIds('/approve', tokens, (ids) => ({ verb: 'approve', ids, varying: [], reason }));
  const fields = tokens.slice(at + 1).join(' ');
  const varying = fields.split(',').map((field) => field.trim());
  if (fields === '')
    return refuse('/approve', 'no field is named after varying; the comment shows which can');
  const odd = varying.find((field) => field === '' || field.includes(' '));
  if (odd !== undefined)
    return refuse('/approve', `fields after varying are separated by commas; met ${quoted(fields)}`);
  return withIds('/approve', tokens.slice(0, at), (ids) => ({
    verb: 'approve',
    ids,
    varying: [...new Set(varying)],
    reason,
  }));
}

function parseAll(tokens: readonly string[], reason: string | null): ParsedCommand {
  if (reason !== null) return refuse('/approve', 'a reason is not taken after all');
  const [token, extra] = tokens;
  if (token === undefined)
    return refuse('/approve', 'all needs the id of the set, printed ready to copy in the comment');
  const set = token.toLowerCase();
  // the whole id, not a beginning: it stands for everything that was shown
  if (set.length !== 8 || !idPattern.test(set))
    return refuse('/approve', `${quoted(token)} is no set id (8 letters and digits)`);
  if (extra !== undefined) return refuse('/approve', `${quoted(extra)} is not understood after the set id`);
  return { kind: 'command', command: { verb: 'approve-all', set } };
}

function parseBreakGlass(tokens: readonly string[], reason: string | null): ParsedCommand {
  if (reason === null) return refuse('/approve!', 'breaking the glass needs a reason after `--`');
  return withIds('/approve!', tokens, (ids) => ({ verb: 'break-glass', ids, reason }));
}

function parseJit(tokens: readonly string[], reason: string | null): ParsedCommand {
  const [token, extra] = tokens;
  const what = token?.toLowerCase();
  if (what === 'explain' && reason === null)
    return withIds('/jit', tokens.slice(1), (ids) => ({ verb: 'explain', ids }));
  if (reason !== null || extra !== undefined) return refuse('/jit', 'exactly one word is taken');
  if (what === 'status' || what === 'rerun' || what === 'help')
    return { kind: 'command', command: { verb: 'jit', what } };
  return refuse('/jit', token === undefined ? 'a word is missing' : `${quoted(token)} is not understood`);
}

function withIds(
  verb: string,
  tokens: readonly string[],
  command: (ids: readonly string[]) => Command,
): ParsedCommand {
  const ids = [...new Set(tokens.map((token) => token.toLowerCase()))];
  if (ids.length === 0) return refuse(verb, 'no action id is given');
  if (ids.length > maxIds) return refuse(verb, `${ids.length} ids are given; at most ${maxIds} are taken`);
  const odd = tokens.find((token) => !idPattern.test(token.toLowerCase()));
  if (odd !== undefined)
    return refuse(verb, `${quoted(odd)} is no action id (6 or more letters and digits, without i, l, o, u)`);
  return { kind: 'command', command: command(ids) };
}

/** The reason stands after the first token that is exactly `--`; it may hold any characters. */
function splitReason(line: string): { head: string; reason: string | null } {
  const found = /[ \t]--(?:[ \t]+|$)/.exec(line);
  if (found === null) return { head: line, reason: null };
  const reason = line.slice(found.index + found[0].length).trim();
  return { head: line.slice(0, found.index), reason: reason === '' ? null : reason };
}

/** Looks like one of our commands but is written with characters that only look alike. */
function disguised(line: string): boolean {
  if (/^[ \t>]/.test(line) || /^[\x20-\x7e\t]*$/.test(line)) return false;
  return ours.test(line.normalize('NFKC').replace(/\p{Cf}/gu, ''));
}

function refuseCharacters(line: string, until: number): ParsedCommand {
  const odd = [...line.slice(0, until)].find((character) => !/[\x20-\x7e\t]/.test(character)) ?? '';
  const point = odd.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '0000';
  const verb = ours.exec(line.normalize('NFKC').replace(/\p{Cf}/gu, ''))?.[0].toLowerCase() ?? '/jit';
  return refuse(verb, `the command holds the character U+${point}; type it with plain letters and spaces`);
}

function refuse(verb: string, met: string): ParsedCommand {
  return { kind: 'refused', why: `Nothing was done: ${met}. Example: ${examples[verb] ?? '`/jit help`'}` };
}

/** A foreign token for a sentence: short, printable, quoted. */
function quoted(token: string): string {
  return JSON.stringify(token.length > 40 ? `${token.slice(0, 40)}…` : token);
}
