import { createHash } from 'node:crypto';
import type { ActionForm } from './form.ts';
import { volatileClass } from './volatile.ts';

/**
 * Fingerprint (SHA-256, 64 hex digits) of a form. JSON of nested arrays in a fixed order is canonical: no
 * key order, no number formatting, and lengths are implied by the quoting.
 */
export function fingerprint(form: ActionForm): string {
  return digest(form, new Set());
}

/**
 * What a vote binds: the form with each field named in `varying` replaced by its class. Null when a field
 * does not exist, decides what is touched, or has no recognised class, because then nothing can be bound.
 */
export function binding(form: ActionForm, varying: readonly string[]): string | null {
  if (varying.length === 0) return fingerprint(form);
  const names = new Set(varying);
  const offered = new Set(varyingFields(form).map((field) => field.name));
  for (const name of names) if (!offered.has(name)) return null;
  return digest(form, names);
}

/** The fields for which Approve varying can be offered, with their class. */
export function varyingFields(form: ActionForm): { readonly name: string; readonly class: string }[] {
  return form.values.flatMap((value) => {
    if (value.selects || value.type !== 'string') return [];
    const found = volatileClass(value.text);
    return found === null ? [] : [{ name: value.name, class: found }];
  });
}

/** A fold asks for the same digests again and again: of each action, for each vote. */
const digests = new WeakMap<ActionForm, Map<string, string>>();

function digest(form: ActionForm, varying: ReadonlySet<string>): string {
  const known = digests.get(form) ?? remembered(form);
  const key = varying.size === 0 ? '' : JSON.stringify([...varying].sort());
  const found = known.get(key) ?? compute(form, varying);
  known.set(key, found);
  return found;
}

/** Frozen, so that no form can come to mean something else than its digest says. */
function remembered(form: ActionForm): Map<string, string> {
  for (const part of [form.relations, form.shape, form.values, form.rules, form.evidence ?? null])
    if (part !== null) Object.freeze(part).forEach(Object.freeze);
  const known = new Map<string, string>();
  digests.set(Object.freeze(form), known);
  return known;
}

function compute(form: ActionForm, varying: ReadonlySet<string>): string {
  const values = form.values.map((value) =>
    varying.has(value.name)
      ? [value.name, 'class', volatileClass(value.text), value.selects]
      : [value.name, value.type, value.text, value.selects],
  );
  const rules = form.rules.map((rule) => [rule.id, rule.digest]);
  const canonical = [
    'jit-approval/1',
    form.kind,
    form.target,
    form.role,
    form.relations,
    form.shape,
    values,
    rules,
    ...(form.evidence === undefined ? [] : [form.evidence.map(({ name, upTo }) => [name, upTo])]),
  ];
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex');
}

/** Crockford's base 32 in lower case: no i, l, o, u, so an id survives being read aloud. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Length of an id on screen; a collision within a pull request gets a longer one. */
export const shortIdLength = 8;

/**
 * Characters that a run prints. It does not know the ids that the App has published, and two actions with the same first
 * 8 characters can be made at will; what it prints must name one of them, and the App reads any length.
 */
export const runIdLength = 12;

/** The first `length` characters of a fingerprint in base 32: what people type. */
export function actionId(print: string, length: number = shortIdLength): string {
  let bits = BigInt(`0x${print}`) << 4n; // 256 bits are padded to 260, a multiple of five
  let text = '';
  for (let at = 0; at < 52; at++) {
    text = alphabet.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return text.slice(0, length);
}
