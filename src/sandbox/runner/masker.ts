/** Replaces secrets by `***` in everything that leaves a job. */
export interface Masker {
  add(secret: string): void;
  mask(text: string): string;
  /** Whether the text holds a secret. */
  covers(text: string): boolean;
}

/** Ways in which a secret shows up although nobody meant to print it. */
function spellings(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  return [secret, json, encodeURIComponent(secret), base64];
}

export function createMasker(secrets: Iterable<string>): Masker {
  const known = new Set<string>();
  let sorted: readonly string[] = [];
  const add = (secret: string): void => {
    for (const part of [secret, ...secret.split(/\r?\n/)]) {
      // One character would turn every log into stars; the real runner skips empty ones only.
      if (part.trim() === '') continue;
      for (const spelling of spellings(part.trim())) known.add(spelling);
    }
    sorted = [...known].sort((a, b) => b.length - a.length);
  };
  for (const secret of secrets) add(secret);
  const mask = (text: string): string => sorted.reduce((masked, one) => masked.replaceAll(one, '***'), text);
  return { add, mask, covers: (text) => mask(text) !== text };
}
