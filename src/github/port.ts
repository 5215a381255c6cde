/**
 * GitHub as this project needs it: only the calls we make. Repositories are `owner/name`. Every method
 * throws a JitError with code `github-…` (see errors in `client.ts`); lists are complete, over all pages.
 */

/** A file at one commit. */
export interface FileAtCommit {
  readonly text: string;
  /** Git blob id of the content. */
  readonly blob: string;
  readonly commit: string;
}

export interface PullRequest {
  readonly number: number;
  readonly state: 'open' | 'closed';
  readonly draft: boolean;
  readonly author: string;
  readonly authorId: number;
  readonly title: string;
  /** The commit as which it was merged; null while it is not. */
  readonly mergedAs: string | null;
  readonly head: {
    readonly sha: string;
    readonly ref: string;
    /** Null when the fork was deleted. */
    readonly repository: string | null;
    readonly repositoryId: number | null;
  };
  readonly base: { readonly ref: string; readonly repository: string; readonly repositoryId: number };
}

export type CheckConclusion =
  | 'action_required'
  | 'cancelled'
  | 'failure'
  | 'neutral'
  | 'success'
  | 'skipped'
  | 'timed_out'
  | 'stale';

export interface CheckRun {
  readonly id: number;
  readonly name: string;
  readonly headSha: string;
  readonly appId: number | null;
  readonly status: string;
  readonly conclusion: string | null;
  readonly externalId: string | null;
  readonly title: string | null;
  readonly summary: string | null;
  readonly text: string | null;
  readonly annotations: number;
}

/** What a job's GITHUB_TOKEN must be able to read: `contents: read`, `checks: read`, `pull-requests: read`. */
export interface RepositoryReader {
  defaultBranch(repository: string): Promise<string>;
  /** Null for a repository that does not exist or that this token cannot see: GitHub answers both alike. */
  visibleDefaultBranch(repository: string): Promise<string | null>;
  /** A file at the tip of a branch; null when the branch has no such file. */
  fileAtBranch(repository: string, branch: string, path: string): Promise<FileAtCommit | null>;
  fileAtCommit(repository: string, commit: string, path: string): Promise<FileAtCommit | null>;
  pullRequest(repository: string, number: number): Promise<PullRequest>;
  /**
   * Pull requests that have this commit, or that were merged as it. By a head it is asked of the head's repository:
   * the base's is empty for forks.
   */
  pullRequestsOf(repository: string, sha: string): Promise<readonly PullRequest[]>;
  /** What a pull request changes; at most the first 3,000 files, GitHub's limit. */
  changedFiles(repository: string, number: number): Promise<readonly PullFile[]>;
  /** Check runs of a commit made by one App, superseded ones too, whose name starts with `prefix`. */
  checkRuns(repository: string, ref: string, appId: number, prefix: string): Promise<readonly CheckRun[]>;
}

export interface CheckAnnotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: 'notice' | 'warning' | 'failure';
  readonly message: string;
  readonly title?: string;
  readonly raw_details?: string;
}

export interface CheckAction {
  readonly label: string;
  readonly description: string;
  readonly identifier: string;
}

/** A check run as we write it. `annotations` are appended by GitHub, never replaced: 50 per request. */
export interface CheckWrite {
  readonly name: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: Exclude<CheckConclusion, 'stale'> | null;
  readonly externalId: string;
  /** For the requests before the last one, where the annotations need several. */
  readonly unfinishedExternalId: string;
  readonly title: string;
  readonly summary: string;
  readonly text: string | null;
  readonly actions: readonly CheckAction[];
  readonly annotations: readonly CheckAnnotation[];
}

export interface WorkflowRun {
  readonly id: number;
  readonly attempt: number;
  readonly event: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly headRepository: string | null;
  readonly headRepositoryId: number | null;
  /** Of the repository in which it runs. */
  readonly repositoryId: number;
  /** Path of the workflow file without the ref: `.github/workflows/x.yml`. */
  readonly path: string;
}

export interface WorkflowJob {
  readonly id: number;
  readonly name: string;
  readonly attempt: number;
  /** ISO 8601 instant. */
  readonly startedAt: string | null;
  readonly status: string;
  readonly conclusion: string | null;
}

export interface Artifact {
  readonly id: number;
  readonly name: string;
  readonly sizeInBytes: number;
  /** ISO 8601 instant by GitHub's clock; null where it tells none. */
  readonly createdAt: string | null;
  readonly expired: boolean;
}

export interface IssueComment {
  readonly id: number;
  /** Its name in GraphQL. */
  readonly nodeId: string;
  readonly body: string;
  readonly author: string;
  readonly authorId: number;
  readonly authorType: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Whether it is folded away. */
  readonly minimised: boolean;
  /** The App through which it was written, if any. */
  readonly appId: number | null;
}

/** A review that was submitted. */
export interface Review {
  readonly id: number;
  readonly body: string;
  readonly authorId: number;
  readonly authorType: string;
  /** `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED`. */
  readonly state: string;
  /** Commit that was reviewed; null when Git has it no more. */
  readonly commit: string | null;
}

/** A CODEOWNERS file; `text` null where it is larger than GitHub loads. */
export interface Codeowners {
  readonly path: string;
  readonly text: string | null;
}

export interface PullFile {
  readonly path: string;
  /** Name before the change, of a renamed file. */
  readonly previousPath: string | null;
  /** Git blob id; empty for a removed file. */
  readonly blob: string;
}

/** What a person may do in a repository, as GitHub says now. */
export interface Permission {
  /** `read`, `triage`, `write`, `maintain`, `admin` or a custom role's name; null without any access. */
  readonly roleName: string | null;
  /** What the role is built on: `read` … `admin`; null without any access. */
  readonly base: string | null;
  readonly id: number;
  /** `User`, `Bot` …; `Unknown` when GitHub does not know the login. */
  readonly type: string;
}

/** What the App may do with its installation's token; `app.yml` says why for each permission. */
export interface AppGitHub extends RepositoryReader {
  /** Repositories that the installation may see. */
  repositories(): Promise<readonly string[]>;
  openPullRequests(repository: string): Promise<readonly PullRequest[]>;

  /** Branches of the merge groups for a base, each with the pull request of which it was made. */
  queueBranches(
    repository: string,
    base: string,
  ): Promise<readonly { readonly branch: string; readonly number: number; readonly head: string }[]>;
  /** Commits of `head` that `base` has not, with their parents. */
  commitsAhead(
    repository: string,
    base: string,
    head: string,
  ): Promise<readonly { readonly sha: string; readonly parents: readonly string[] }[]>;

  createCheckRun(repository: string, headSha: string, check: CheckWrite): Promise<number>;
  updateCheckRun(repository: string, id: number, check: CheckWrite): Promise<void>;

  workflowRun(repository: string, runId: number): Promise<WorkflowRun>;
  workflowRunsOf(repository: string, headSha: string): Promise<readonly WorkflowRun[]>;
  /** The latest completed run of a workflow (by file name) for pushes to a branch; null without one. */
  latestRunOn(repository: string, workflow: string, branch: string): Promise<WorkflowRun | null>;
  /** Jobs of a run, each in its latest execution. */
  jobs(repository: string, runId: number): Promise<readonly WorkflowJob[]>;
  /** Jobs of a run in all of its attempts. */
  executions(repository: string, runId: number): Promise<readonly WorkflowJob[]>;
  artifacts(repository: string, runId: number): Promise<readonly Artifact[]>;
  downloadArtifact(repository: string, id: number): Promise<Uint8Array>;
  rerunJob(repository: string, jobId: number): Promise<void>;
  rerunFailedJobs(repository: string, runId: number): Promise<void>;
  rerunRun(repository: string, runId: number): Promise<void>;

  /** Null when it was deleted. */
  comment(repository: string, id: number): Promise<IssueComment | null>;
  comments(repository: string, number: number): Promise<readonly IssueComment[]>;
  createComment(repository: string, number: number, body: string): Promise<number>;
  /** False when the comment is gone. */
  updateComment(repository: string, id: number, body: string): Promise<boolean>;
  /** Folds a comment away as outdated. False when it is gone, or GitHub does not let us. */
  minimiseComment(nodeId: string): Promise<boolean>;
  /** False when the comment is gone. */
  react(repository: string, commentId: number, content: '+1' | 'confused'): Promise<boolean>;

  permission(repository: string, login: string): Promise<Permission>;
  /** The account of this number, under its present login; null when it is gone or was never there. */
  account(id: number): Promise<{ readonly login: string; readonly suspended: boolean } | null>;
  /** Active members, of child teams too; false also for a team that does not exist; null: may not be read. */
  inTeam(organization: string, slug: string, login: string): Promise<boolean | null>;
  /** Each CODEOWNERS that GitHub would load, at the tip of a branch; null without one. */
  codeowners(repository: string, branch: string): Promise<Codeowners | null>;
  /** Whom the commits of a pull request name as authors and committers: free text, which proves nothing. */
  namedInCommits(
    repository: string,
    number: number,
  ): Promise<readonly { readonly login: string; readonly id: number }[]>;

  /** Null when there is none of that number on this pull request. */
  review(repository: string, number: number, id: number): Promise<Review | null>;
}

/** One attempt at a delivery. */
export interface Delivery {
  readonly id: number;
  readonly guid: string;
  readonly deliveredAt: string;
  readonly statusCode: number;
  readonly event: string;
  readonly action: string | null;
}

/** Calls made as the App itself (JWT), not as one installation. */
export interface AppCalls {
  /** The App's name in its bot's login, `slug[bot]`. */
  slug(): Promise<string>;
  /** Ids of the installations that are not suspended. */
  installations(): Promise<readonly number[]>;
  /** The installation that covers a repository; null where the App is not installed, or suspended. */
  installationOn(repository: string): Promise<number | null>;
  /** Attempts at delivery that failed since then (ISO 8601), newest first; GitHub keeps three days. */
  failedDeliveries(since: string): Promise<readonly Delivery[]>;
  redeliver(id: number): Promise<void>;
}
