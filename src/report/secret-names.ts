/**
 * Names whose values are taken for secrets. A redacted value is bound by no approval, so this list errs
 * on the narrow side: the secret must be what the name ends in (`token_count` and `password_changed_at` are data).
 */
const secretNouns: readonly (readonly string[])[] = [
  ['password'],
  ['passwords'],
  ['passwd'],
  ['pwd'],
  ['pgpassword'],
  ['pass', 'word'],
  ['passphrase'],
  ['passcode'],
  ['secret'],
  ['secrets'],
  ['client', 'secret'],
  ['token'],
  ['jwt'],
  ['bearer'],
  ['apikey'],
  ['api', 'key'],
  ['access', 'key'],
  ['secret', 'key'],
  ['private', 'key'],
  ['encryption', 'key'],
  ['signing', 'key'],
  ['auth', 'key'],
  ['service', 'key'],
  ['authorization'],
  ['auth'],
  ['cookie'],
  ['credential'],
  ['credentials'],
  ['session', 'id'],
  ['sessionid'],
  ['otp'],
  ['totp'],
  ['mfa', 'code'],
  ['pin', 'code'],
  ['card', 'number'],
  ['cardnumber'],
  ['credit', 'card'],
  ['pan'],
  ['cvv'],
  ['cvv2'],
  ['cvc'],
  ['cvc2'],
  ['iban'],
  ['account', 'number'],
  ['routing', 'number'],
  ['ssn'],
  ['social', 'security', 'number'],
];

/** Words behind a secret noun that leave it a secret: `password_confirmation`, `secret_access_key.value`. */
const keepers = new Set(['confirmation', 'confirm', 'repeat', 'value', 'hash', 'plain', 'plaintext', 'raw']);

/** A part of a path that is nothing but a store of secrets: everything below it is one. */
const stores = new Set(['secrets', 'credentials', 'passwords']);

const nouns = new Set(secretNouns.map((words) => words.join(' ')));
const longestNoun = Math.max(...secretNouns.map((words) => words.length));

/**
 * Whether a value of this name (`users.apiKey`, `headers.authorization`, `body.card[number]`, `$1`, `email#2`)
 * is redacted for its name alone. The App asks this to see whether a report's redaction is one we make.
 */
export function isRedactedName(name: string): boolean {
  const parts = name.split(/[.[\]#]+/).map(wordsOf);
  if (parts.some((words) => words.length === 1 && stores.has(words[0] ?? ''))) return true;
  const words = parts.flat();
  for (let end = words.length; end > 0; end--) {
    if (endsInNoun(words.slice(0, end))) return true;
    if (!isKeeper(words[end - 1] ?? '')) return false;
  }
  return false;
}

function endsInNoun(words: readonly string[]): boolean {
  for (let count = 1; count <= longestNoun; count++) {
    if (nouns.has(words.slice(-count).join(' '))) return true;
  }
  return false;
}

function isKeeper(word: string): boolean {
  return /^\d+$/.test(word) || keepers.has(word);
}

/** Words of snake_case, kebab-case, camelCase and SHOUTING, in lower case; trailing digits are dropped. */
function wordsOf(part: string): string[] {
  return part
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => (nouns.has(word) ? word : word.replace(/(?<=\p{L})\d+$/u, '')));
}
