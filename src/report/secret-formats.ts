/**
 * Formats of well-known credentials, found anywhere in a text. A match takes all that it can, and where one
 * can fail late its length is bounded, so that no text takes more than linear time. Sources: each provider's
 * documentation of its token prefixes.
 */
const tokens: readonly RegExp[] = [
  /\bgh[oprsu]_[A-Za-z0-9_.-]{20,}/, // GitHub; installation tokens have no fixed length
  /\bgithub_pat_[A-Za-z0-9_]{20,}/,
  /\bglpat-[A-Za-z0-9_.-]{20,}/,
  /\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,}/, // Stripe
  /\bwhsec_[A-Za-z0-9+/=]{16,}/,
  /\bsk-[A-Za-z0-9_-]{20,}/, // OpenAI, Anthropic
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/, // AWS access key ids
  /\bAIza[A-Za-z0-9_-]{35}/, // Google
  /\bya29\.[A-Za-z0-9_-]{20,}/,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/, // Slack
  /\bnpm_[A-Za-z0-9]{36}/,
  /\bpypi-[A-Za-z0-9_-]{50,}/,
  /\bhf_[A-Za-z0-9]{30,}/,
  /\bSG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}/, // SendGrid
  /\bdop_v1_[a-f0-9]{64}/, // DigitalOcean
  /\beyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{0,2048}/, // JWT
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}-----|$)/,
];

/** All of the above as one expression; without `m`, so that a key without its end reaches to the end. */
export const tokenPattern = new RegExp(tokens.map((pattern) => pattern.source).join('|'), 'g');

/** The password of `scheme://user:password@host`; the last `@` before the path ends it. */
export const urlPassword = /(\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/?#:@'"]{0,256}:)([^\s/?#'"]{1,512})(?=@)/gi;
