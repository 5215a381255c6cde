import { createVerify } from 'node:crypto';
import { Refusal } from '../domain/refusal.ts';
import type { App, Token } from '../model.ts';
import type { World } from '../world.ts';

/** Who asks: nobody, an app by its JWT, or the holder of a token. */
export type Viewer =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'app'; readonly app: App }
  | { readonly kind: 'token'; readonly token: Token };

const badCredentials = () => new Refusal(401, 'Bad credentials');
const badJwt = (message: string) => new Refusal(401, message);

/** Reads the Authorization header. Whatever is not known is refused, never treated as nobody. */
export function authenticate(world: World, header: string | undefined): Viewer {
  if (header === undefined) return { kind: 'anonymous' };
  const value = credential(header);
  const token = world.tokens.get(value);
  if (token) {
    if (token.kind === 'installation' && token.expiresAt <= world.now()) throw badCredentials();
    return { kind: 'token', token };
  }
  if (value.split('.').length === 3 && !value.startsWith('gh'))
    return { kind: 'app', app: verifyJwt(world, value) };
  throw badCredentials();
}

function credential(header: string): string {
  const [, scheme = '', value = ''] = /^(\S+)\s+(.+)$/.exec(header) ?? [];
  if (/^(bearer|token)$/i.test(scheme)) return value.trim();
  if (/^basic$/i.test(scheme))
    return Buffer.from(value, 'base64')
      .toString()
      .replace(/^[^:]*:/, '');
  throw badCredentials();
}

/** Ten minutes is the most that GitHub accepts between now and `exp`. */
const longest = 600;

function verifyJwt(world: World, jwt: string): App {
  const [head = '', body = '', signature = ''] = jwt.split('.');
  const header = decoded(head);
  const claims = decoded(body);
  if (header.alg !== 'RS256') throw badJwt('A JSON web token could not be decoded');
  const now = Math.floor(world.now().getTime() / 1000);
  const { iss, exp, iat } = claims;
  if (typeof iss !== 'string' && typeof iss !== 'number')
    throw badJwt("Missing 'issuer' claim ('iss') in assertion");
  const app = [...world.apps.values()].find(
    (each) => String(each.id) === String(iss) || each.clientId === iss,
  );
  if (!app?.publicKey) throw new Refusal(404, 'Integration not found');
  const verified = createVerify('RSA-SHA256')
    .update(`${head}.${body}`)
    .verify(app.publicKey, Buffer.from(signature, 'base64url'));
  if (!verified) throw badJwt('A JSON web token could not be decoded');
  if (typeof exp !== 'number' || exp <= now) {
    throw badJwt(
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (exp > now + longest) throw badJwt("'Expiration time' claim ('exp') is too far in the future");
  if (typeof iat !== 'number' || iat > now + 60) {
    throw badJwt(
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
  return app;
}

function decoded(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Falls through to the refusal.
  }
  throw badJwt('A JSON web token could not be decoded');
}
