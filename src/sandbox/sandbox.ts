import type { Dispatch } from './actions/without-push.ts';
import type { Runner } from './contract.ts';
import type { FileChange } from './git/commit.ts';
import type {
  App,
  BaseRole,
  Comment,
  Delivery,
  Permissions,
  Pull,
  RequiredCheck,
  Review,
  Role,
} from './model.ts';
import type { Attempt, CheckRun, Run } from './run-model.ts';
import type { Violation, World } from './world.ts';

/** What `startSandbox` takes. */
export interface SandboxOptions {
  /** 0, the default: any free port of 127.0.0.1. */
  readonly port?: number;
  /** Runs workflow jobs; without one, no workflow ever starts. */
  readonly runner?: Runner;
  /** Requests per hour and credential; GitHub's 5000 by default. */
  readonly rateLimit?: number;
}

/** A GitHub of one's own, in memory, with real git repositories in a temporary folder. */
export interface Sandbox extends AsyncDisposable {
  /** http://127.0.0.1:PORT; the pages. */
  readonly url: string;
  /** `url`/api/v3: Octokit's baseUrl. */
  readonly apiUrl: string;
  /** 127.0.0.1:PORT: GHE_HOST for Probot, with GHE_PROTOCOL=http. */
  readonly host: string;
  readonly create: Setup;
  /** What people do. Rejects with GitHub's refusal where GitHub refuses. */
  readonly act: Acting;
  readonly webhooks: Webhooks;
  /** What a test may look at without asking the API. Repositories are `OWNER/NAME`. */
  readonly read: Reading;
  /** Requests, and own answers, that GitHub's description does not know. Tests expect it to be empty. */
  readonly violations: readonly Violation[];
  /** Whether a request, delivery or job is under way. */
  readonly busy: boolean;
  /** Resolves when no request, delivery or job is under way. */
  idle(): Promise<void>;
  /** Moves the sandbox's clock forward. */
  advance(milliseconds: number): void;
  /** Cancels running jobs, closes the port, removes the repositories. */
  close(): Promise<void>;
  readonly world: World;
}

export interface Setup {
  user(login: string, name?: string): void;
  /** For example dependabot[bot], whose runs get less than a person's. */
  bot(login: string): void;
  /** The account keeps its number; its old login is free. */
  rename(login: string, to: string): void;
  /** GitHub then shows the account to nobody; `false` ends it. */
  suspend(login: string, suspended?: boolean): void;
  organization(login: string, members?: Readonly<Record<string, 'member' | 'admin'>>): void;
  /** `repositories` gives the team a role on repositories that exist. */
  team(
    organization: string,
    slug: string,
    options?: {
      readonly members?: readonly string[];
      readonly parent?: string;
      readonly repositories?: Readonly<Record<string, BaseRole | Role>>;
    },
  ): void;
  repository(
    fullName: string,
    options?: {
      readonly files?: Readonly<Record<string, FileChange>>;
      /** Private by default, so that nothing is allowed by accident. */
      readonly private?: boolean;
      readonly defaultBranch?: string;
      readonly collaborators?: Readonly<Record<string, BaseRole | Role>>;
      readonly secrets?: Readonly<Record<string, string>>;
      /** Required checks by branch. */
      readonly protect?: Readonly<Record<string, readonly RequiredCheck[]>>;
    },
  ): Promise<void>;
  fork(fullName: string, owner: string): Promise<void>;
  collaborator(fullName: string, login: string, role: BaseRole | Role | null): void;
  protect(fullName: string, branch: string, checks: readonly RequiredCheck[]): void;
  /** Answers the app with its id, private key (PEM) and webhook secret. */
  app(options: {
    readonly slug: string;
    readonly name?: string;
    readonly owner: string;
    readonly id?: number;
    readonly permissions: Permissions;
    readonly events: readonly string[];
    readonly webhook?: { readonly url: string; readonly secret: string };
  }): App;
  /** For an app that is started after it was made. */
  webhook(appId: number, webhook: { readonly url: string; readonly secret: string } | null): void;
  /** Answers the installation's id. */
  installation(appId: number, account: string, repositories?: readonly string[]): number;
  /** An installation's token, with fewer permissions or repositories when asked. */
  installationToken(
    installationId: number,
    options?: { readonly permissions?: Permissions; readonly repositories?: readonly string[] },
  ): string;
  /** A personal token. */
  token(login: string): string;
  /** A token like a job's GITHUB_TOKEN, for tests of what runs inside a job. */
  jobToken(fullName: string, permissions: Permissions): string;
}

export interface Acting {
  /** Commits files to a branch (made when new) and answers the commit. */
  push(
    fullName: string,
    by: string,
    push: {
      readonly branch: string;
      readonly files?: Readonly<Record<string, FileChange>>;
      readonly message?: string;
      readonly from?: string;
      readonly force?: boolean;
    },
  ): Promise<string>;
  openPull(
    fullName: string,
    by: string,
    pull: {
      readonly head: string;
      readonly base?: string;
      readonly title: string;
      readonly body?: string;
      readonly draft?: boolean;
    },
  ): Promise<Pull>;
  editPull(
    by: string,
    pull: Pull,
    change: { readonly title?: string; readonly body?: string; readonly base?: string },
  ): Promise<void>;
  convertToDraft(by: string, pull: Pull): Promise<void>;
  readyForReview(by: string, pull: Pull): Promise<void>;
  closePull(by: string, pull: Pull): Promise<void>;
  reopenPull(by: string, pull: Pull): Promise<void>;
  /** Answers the merge commit. */
  mergePull(by: string, pull: Pull): Promise<string>;
  /** Adds it to the merge queue and answers the head of its group. */
  enqueue(by: string, pull: Pull): Promise<string>;
  dequeue(by: string, pull: Pull): Promise<void>;
  /** Merges the first group of the queue, as GitHub does when its required checks have passed; else refuses. */
  landQueued(pull: Pull): Promise<void>;
  /** Its old name is redirected. Asks for role admin. */
  renameRepository(by: string, fullName: string, name: string): void;
  /** `owner` is a login. */
  transferRepository(by: string, fullName: string, owner: string): void;
  comment(by: string, pull: Pull, body: string): Comment;
  /** Submits a review of the pull request's head, or of the earlier one that a page still showed. */
  review(
    by: string,
    pull: Pull,
    review: { readonly body: string; readonly event?: Review['event']; readonly commit?: string },
  ): Review;
  /** Asks for role write. */
  dismissReview(by: string, pull: Pull, review: Review): void;
  editComment(by: string, comment: Comment, body: string): void;
  deleteComment(by: string, comment: Comment): void;
  /** Clicks a button of a completed check run. */
  clickButton(by: string, checkRunId: number, identifier: string): void;
  rerequest(by: string, checkRunId: number): void;
  /** "Run workflow" on a branch. */
  dispatch(fullName: string, by: string, request: Dispatch): Promise<void>;
  /** Lets one `cron` of `on.schedule` be due; `by` is who wrote that line. */
  schedule(fullName: string, by: string, cron: string): Promise<void>;
  rerun(by: string, runId: number, what?: 'all' | 'failed'): void;
  cancel(by: string, runId: number): void;
}

export interface Webhooks {
  /** From now on every delivery fails as if the network were cut. */
  cut(): void;
  restore(): void;
  readonly deliveries: readonly Delivery[];
  /** Sends a delivery again, under its old GUID. */
  redeliver(deliveryId: number): void;
}

export interface Reading {
  pull(fullName: string, number: number): Pull;
  comments(pull: Pull): readonly Comment[];
  reviews(pull: Pull): readonly Review[];
  /** Newest check run of every name and app on a commit. */
  checks(fullName: string, sha: string): readonly CheckRun[];
  runs(fullName: string): readonly Run[];
  attempt(runId: number): Attempt;
  /** clean, draft, blocked, unstable, dirty or unknown. */
  mergeState(pull: Pull): string;
  file(fullName: string, ref: string, path: string): Promise<string | null>;
}
