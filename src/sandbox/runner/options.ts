/** A service that already runs; container port → port on this machine. */
interface RunningService {
  readonly ports: Readonly<Record<string, number>>;
}

export interface RunnerOptions {
  /** `owner/repo@ref` → folder whose action.yml (or a sub folder's) answers that `uses:`. */
  readonly actions?: Readonly<Record<string, string>>;
  /** Services by their key under `jobs.<key>.services`. This machine runs no containers. */
  readonly services?: Readonly<Record<string, RunningService>>;
  /** The `vars` context. */
  readonly variables?: Readonly<Record<string, string>>;
  /** PATH of the job; default: the PATH of this process. */
  readonly path?: string;
  /** Further variables of the clean base environment, for example proxies. */
  readonly baseEnvironment?: Readonly<Record<string, string>>;
  /** Files an event touched, for `paths` filters. Unknown (null): the workflow starts, as on GitHub. */
  readonly changedFiles?: (event: Readonly<Record<string, unknown>>) => readonly string[] | null;
  /** Milliseconds between SIGINT and SIGTERM, and between SIGTERM and SIGKILL, of a cancelled step. */
  readonly grace?: { readonly interrupt: number; readonly terminate: number };
  /** Where the folders of jobs are made; default: the system's folder for temporary files. */
  readonly temporary?: string;
}

/** Source: GitHub's page on workflow cancellation. */
export const defaultGrace = { interrupt: 7500, terminate: 2500 } as const;
