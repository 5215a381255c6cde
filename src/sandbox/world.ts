import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConcurrencyGroups } from './actions/concurrency.ts';
import { Blobs } from './blobs.ts';
import type { Runner } from './contract.ts';
import type {
  Account,
  App,
  Comment,
  Delivery,
  Installation,
  Repository,
  Review,
  Team,
  Token,
} from './model.ts';
import { Issuer } from './oidc/issuer.ts';
import { Pending } from './pending.ts';
import type { Artifact, CheckRun, CheckSuite, Job, Run } from './run-model.ts';

/** A request, or one of our own answers, that GitHub's description does not know. */
export interface Violation {
  readonly where: string;
  readonly problem: string;
}

/** All state of one sandbox. */
export class World {
  readonly accounts = new Map<string, Account>();
  /** Members of organizations: organization's id, then person's id. */
  readonly memberships = new Map<number, Map<number, 'member' | 'admin'>>();
  readonly teams: Team[] = [];
  readonly repositories = new Map<number, Repository>();
  /** Names in lower case that repositories had before, and whose they are. */
  readonly formerNames = new Map<string, number>();
  readonly apps = new Map<number, App>();
  readonly installations = new Map<number, Installation>();
  readonly tokens = new Map<string, Token>();
  readonly comments = new Map<number, Comment>();
  readonly reviews = new Map<number, Review>();
  readonly checkSuites = new Map<number, CheckSuite>();
  readonly checkRuns = new Map<number, CheckRun>();
  readonly runs = new Map<number, Run>();
  readonly jobs = new Map<number, Job>();
  readonly artifacts = new Map<number, Artifact>();
  readonly deliveries: Delivery[] = [];
  readonly violations: Violation[] = [];
  /** Addresses of bytes outside the API. */
  readonly blobs = new Blobs();
  /** Of ID tokens. */
  readonly issuer = new Issuer(this);
  /** Which runs and jobs wait for which. */
  readonly concurrency = new ConcurrencyGroups();
  /** Jobs, deliveries and requests under way. */
  readonly pending = new Pending();
  readonly folder = mkdtempSync(join(tmpdir(), 'sandbox-github-'));
  readonly runner: Runner | null;
  /** http://127.0.0.1:PORT, known once the server listens. */
  url = '';
  /** False: deliveries fail as if the network were cut. */
  webhooksUp = true;
  /** Requests per hour and token. */
  rateLimit = 5000;
  #lastId = 1000;
  #skew = 0;
  readonly #watchers = new Set<() => void>();

  constructor(runner: Runner | null) {
    this.runner = runner;
  }

  /** One counter for everything, so that an id of the wrong kind never finds anything. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  now(): Date {
    return new Date(Date.now() + this.#skew);
  }

  /** Moves the sandbox's clock forward; nothing else waits. */
  advance(milliseconds: number): void {
    this.#skew += milliseconds;
  }

  get apiUrl(): string {
    return `${this.url}/api/v3`;
  }

  account(login: string): Account | null {
    return this.accounts.get(login.toLowerCase()) ?? null;
  }

  repository(owner: string, name: string): Repository | null {
    for (const each of this.repositories.values()) {
      if (sameName(each.owner.login, owner) && sameName(each.name, name)) return each;
    }
    return null;
  }

  /** The repository that had this name last, if no other has it now. */
  formerly(owner: string, name: string): Repository | null {
    const id = this.formerNames.get(`${owner}/${name}`.toLowerCase());
    return id === undefined ? null : (this.repositories.get(id) ?? null);
  }

  /** Tells open pages that something changed. */
  changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

export function fullName(repository: Repository): string {
  return `${repository.owner.login}/${repository.name}`;
}
