import type { Workflow } from './run-model.ts';

/** What the sandbox remembers. Plain records; the functions in domain/ are the only ones that change them. */

export interface Account {
  readonly id: number;
  login: string;
  readonly type: 'User' | 'Organization' | 'Bot';
  readonly name: string | null;
  readonly createdAt: Date;
  /** GitHub shows a suspended account to nobody. */
  suspended: boolean;
}

export interface Team {
  readonly id: number;
  readonly slug: string;
  readonly organization: Account;
  /** Child teams: their members count as members of this one. */
  readonly parent: Team | null;
  readonly members: Map<number, 'member' | 'maintainer'>;
  /** Roles that the team gives, by repository id. */
  readonly repositories: Map<number, Role>;
}

/** Roles from weakest to strongest; a custom role has one of them as its base. */
export const roles = ['read', 'triage', 'write', 'maintain', 'admin'] as const;
export type BaseRole = (typeof roles)[number];
export interface Role {
  readonly name: string;
  readonly base: BaseRole;
}

/** One required check of a protected branch; `appId` null accepts any app. */
export interface RequiredCheck {
  readonly name: string;
  readonly appId: number | null;
}

export interface Repository {
  readonly id: number;
  owner: Account;
  name: string;
  readonly private: boolean;
  readonly defaultBranch: string;
  readonly description: string | null;
  readonly createdAt: Date;
  pushedAt: Date;
  /** Bare git repository on disk. */
  readonly folder: string;
  readonly parent: Repository | null;
  readonly collaborators: Map<number, Role>;
  readonly protection: Map<string, readonly RequiredCheck[]>;
  readonly secrets: Record<string, string>;
  readonly pulls: Map<number, Pull>;
  /** Merge groups, the next to be merged first. */
  readonly queue: Queued[];
  /** Workflow files seen so far, by path. */
  readonly workflows: Map<string, Workflow>;
  nextNumber: number;
}

export interface Pull {
  readonly id: number;
  /** Pull requests are issues too, under another id. */
  readonly issueId: number;
  readonly number: number;
  readonly repository: Repository;
  readonly author: Account;
  readonly createdAt: Date;
  readonly head: { readonly repository: Repository; readonly ref: string; sha: string };
  readonly base: { ref: string; sha: string };
  title: string;
  body: string | null;
  /** Its author does not want it reviewed or merged yet. */
  draft: boolean;
  state: 'open' | 'closed';
  updatedAt: Date;
  closedAt: Date | null;
  mergedAt: Date | null;
  mergedBy: Account | null;
  /** The test merge while open (null on conflict), then the real merge. */
  mergeSha: string | null;
}

/** A merge group: one pull request on top of those before it in the queue. */
export interface Queued {
  readonly pull: Pull;
  readonly by: Account;
  /** `gh-readonly-queue/BASE/pr-N-PARENT`. */
  readonly branch: string;
  readonly base: string;
  readonly parent: string;
  readonly head: string;
}

export interface Reaction {
  readonly id: number;
  readonly user: Account;
  readonly content: string;
  readonly createdAt: Date;
}

export interface Comment {
  readonly id: number;
  readonly repository: Repository;
  /** Number of the pull request. */
  readonly number: number;
  readonly author: Account;
  readonly app: App | null;
  readonly createdAt: Date;
  body: string;
  updatedAt: Date;
  edited: boolean;
  /** Why it is folded away, as GraphQL's classifier names it; null while it is open. */
  minimized: string | null;
  readonly reactions: Reaction[];
}

/** A review that was submitted; its body is edited like a comment's. */
export interface Review {
  readonly id: number;
  readonly repository: Repository;
  /** Number of the pull request. */
  readonly number: number;
  readonly author: Account;
  readonly event: 'APPROVE' | 'REQUEST_CHANGES' | 'COMMENT';
  /** Head of the pull request that was reviewed. */
  readonly commit: string;
  readonly submittedAt: Date;
  /** Somebody with role write said that it counts no more. */
  dismissed: boolean;
  body: string;
}

type Access = 'read' | 'write' | 'admin';
export type Permissions = Readonly<Record<string, Access>>;

export interface App {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly owner: Account;
  readonly bot: Account;
  readonly clientId: string;
  readonly privateKey: string;
  readonly publicKey: string;
  readonly permissions: Permissions;
  readonly events: readonly string[];
  readonly createdAt: Date;
  readonly externalUrl: string;
  webhook: { url: string; secret: string } | null;
}

export interface Installation {
  readonly id: number;
  readonly app: App;
  readonly account: Account;
  /** Null: all repositories of the account. */
  readonly repositories: ReadonlySet<number> | null;
  readonly createdAt: Date;
}

export type Token =
  | {
      readonly kind: 'installation';
      readonly app: App;
      readonly installation: Installation;
      readonly permissions: Permissions;
      readonly repositories: ReadonlySet<number> | null;
      readonly expiresAt: Date;
    }
  | {
      /** GITHUB_TOKEN: one repository, until its job ends. */
      readonly kind: 'job';
      readonly app: App;
      readonly repository: Repository;
      readonly permissions: Permissions;
      readonly runId: number;
    }
  | { readonly kind: 'user'; readonly user: Account };

export interface Delivery {
  readonly id: number;
  readonly guid: string;
  readonly app: App;
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number;
  readonly repositoryId: number | null;
  readonly redelivery: boolean;
  readonly deliveredAt: Date;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Milliseconds, once it is over. */
  duration: number | null;
  /** 0 while under way and when nothing answered. */
  statusCode: number;
  status: string;
  responseHeaders: Readonly<Record<string, string>>;
  responseBody: string;
}
