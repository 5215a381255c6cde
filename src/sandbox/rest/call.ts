import { covers } from '../domain/apps.ts';
import { forbidden, notFound, Refusal } from '../domain/refusal.ts';
import { atLeast, roleOf } from '../domain/roles.ts';
import type { Account, App, BaseRole, Repository } from '../model.ts';
import type { World } from '../world.ts';
import type { Viewer } from './authenticate.ts';

/** One request, its parameters checked against the description. */
export class Call {
  readonly world: World;
  readonly viewer: Viewer;
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly accept: string;
  /** The Authorization header as sent: what the rate limit counts by. */
  readonly credential: string;

  constructor(
    world: World,
    viewer: Viewer,
    path: Readonly<Record<string, unknown>>,
    query: Readonly<Record<string, unknown>>,
    body: unknown,
    headers: { readonly accept?: string | undefined; readonly authorization?: string | undefined },
  ) {
    this.world = world;
    this.viewer = viewer;
    this.path = path;
    this.query = query;
    this.body = typeof body === 'object' && body !== null ? { ...body } : {};
    this.accept = headers.accept ?? '';
    this.credential = headers.authorization ?? '';
  }

  /** A path parameter as text. */
  word(name: string): string {
    return String(this.path[name] ?? '');
  }

  /** A path parameter that is an id. */
  id(name: string): number {
    return Number(this.path[name]);
  }

  /** A query parameter as text, or null. */
  asked(name: string): string | null {
    const value = this.query[name];
    return value === undefined ? null : String(value);
  }

  /** A text of the body, or undefined. Its type has been checked against the description. */
  text(name: string): string | undefined {
    const value = this.body[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** The repository of the address, if this viewer may see that it exists. */
  get repository(): Repository {
    const found = this.world.repository(this.word('owner'), this.word('repo'));
    if (!found || !this.#sees(found)) throw notFound();
    return found;
  }

  #sees(repository: Repository): boolean {
    if (!repository.private || this.viewer.kind === 'app') return true;
    if (this.viewer.kind === 'anonymous') return false;
    const { token } = this.viewer;
    if (token.kind === 'user') return roleOf(this.world, repository, token.user) !== null;
    if (token.kind === 'job') return token.repository === repository;
    return covers(token.installation, repository) && (token.repositories?.has(repository.id) ?? true);
  }

  /**
   * Refuses unless the viewer holds a permission on the repository. Apps need it by name; GitHub lets some
   * reads of public repositories pass without, the sandbox does not, so that a missing permission is found here.
   */
  need(repository: Repository, permission: string, level: 'read' | 'write', role: BaseRole): void {
    if (this.viewer.kind === 'app') throw new Refusal(401, 'A JSON web token could not be used here');
    if (this.viewer.kind === 'anonymous') {
      if (level === 'write') throw new Refusal(401, 'Requires authentication');
      return;
    }
    const { token } = this.viewer;
    if (token.kind === 'user') {
      if (!atLeast(roleOf(this.world, repository, token.user), role)) {
        throw forbidden('Must have push access to repository.');
      }
      return;
    }
    const here =
      token.kind === 'job'
        ? token.repository === repository
        : covers(token.installation, repository) && (token.repositories?.has(repository.id) ?? true);
    const has = token.permissions[permission];
    if (!here && level === 'read' && permission === 'metadata') return;
    if (!here || !has || (level === 'write' && has === 'read')) throw forbidden();
  }

  /** Who writes: the person, or the app's bot. */
  get actor(): Account {
    if (this.viewer.kind !== 'token') throw new Refusal(401, 'Requires authentication');
    const { token } = this.viewer;
    return token.kind === 'user' ? token.user : token.app.bot;
  }

  /** The app that asks, or null for a person. */
  get app(): App | null {
    if (this.viewer.kind === 'app') return this.viewer.app;
    if (this.viewer.kind !== 'token' || this.viewer.token.kind === 'user') return null;
    return this.viewer.token.app;
  }

  /** Whether a job's GITHUB_TOKEN asks: what it does starts no workflow. */
  get byJob(): boolean {
    return this.viewer.kind === 'token' && this.viewer.token.kind === 'job';
  }

  /** The app that a JWT names; tokens do not do here. */
  get jwtApp(): App {
    if (this.viewer.kind === 'app') return this.viewer.app;
    throw new Refusal(401, 'A JSON web token could not be decoded');
  }
}
