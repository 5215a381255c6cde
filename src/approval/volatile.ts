/** Classes of values that test suites generate anew in every run. Order matters: the first that fits is it. */
const classes: readonly (readonly [string, RegExp])[] = [
  ['uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i],
  ['ulid', /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/],
  // ISO 8601 or PostgreSQL's form, with a time of day; a bare date is data
  ['timestamp', /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?$/],
  // 16 hex digits is the shortest random id in wide use (a 64-bit trace id)
  ['hex', /^(?=.*[0-9])(?=.*[a-f])[0-9a-f]{16,128}$/i],
];

/** An e-mail counts when its local part carries a generated piece: `user-<uuid>@x`, `a1b2c3d4e5f60718@x`. */
const email = /^([^@\s]{1,64})@([^@\s]{1,255})$/;
const generatedPiece =
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-7][0-9A-HJKMNP-TV-Z]{25}|\d{10,16}|(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}/i;

/**
 * The volatile class of a value, or null. An e-mail's class keeps its domain and what surrounds the generated
 * piece, so that approving `user-<uuid>@test.example` says nothing about `ceo@corp.example`.
 */
export function volatileClass(text: string): string | null {
  if (text.length > 320) return null;
  for (const [name, pattern] of classes) if (pattern.test(text)) return name;
  const parts = email.exec(text);
  if (parts?.[1] === undefined || parts[2] === undefined) return null;
  const piece = generatedPiece.exec(parts[1]);
  if (piece === null) return null;
  const before = parts[1].slice(0, piece.index);
  const after = parts[1].slice(piece.index + piece[0].length);
  return `email ${before}*${after}@${parts[2]}`;
}
