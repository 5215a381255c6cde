import type { Logger } from 'probot';
import type { AppGitHub, IssueComment } from '../github/port.ts';
import type { Ledger } from '../ledger/port.ts';
import type { Metrics } from './metrics.ts';

/** What every handler gets: where facts go, and how to ask GitHub as an installation. */
export interface Desk {
  readonly ledger: Ledger;
  readonly appId: number;
  /** Where GitHub's pages are. */
  readonly githubHost: string;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'decision' | 'delivery' | 'holds' | 'reconciled' | 'streams'>;
  github(installation: number): Promise<AppGitHub>;
  /** Whether our App wrote this comment. */
  isOurs(comment: Pick<IssueComment, 'author' | 'authorType' | 'appId'>): boolean;
  /** Tells the worker that a pull request became dirty. */
  wake(): void;
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** The time as facts carry it. */
export function instant(desk: Pick<Desk, 'now'>): string {
  return new Date(desk.now()).toISOString();
}
