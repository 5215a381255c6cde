import { type Html, html } from './html.ts';

/** Sign and colour of a check's or job's state. */
const signs: Readonly<Record<string, readonly [sign: string, tone: string, words: string]>> = {
  success: ['✓', 'good', 'Successful'],
  failure: ['✕', 'bad', 'Failed'],
  timed_out: ['✕', 'bad', 'Timed out'],
  startup_failure: ['✕', 'bad', 'Could not start'],
  action_required: ['!', 'wait', 'Action required'],
  cancelled: ['⊘', 'quiet', 'Cancelled'],
  skipped: ['–', 'quiet', 'Skipped'],
  neutral: ['■', 'quiet', 'Neutral'],
  stale: ['–', 'quiet', 'Stale'],
  queued: ['○', 'run', 'Queued'],
  in_progress: ['◐', 'run', 'In progress'],
  missing: ['○', 'run', 'Expected — waiting for status to be reported'],
};

export interface State {
  readonly status: string;
  readonly conclusion: string | null;
}

export function stateIcon(state: State): Html {
  const [sign, tone, words] = signs[state.conclusion ?? state.status] ?? ['?', 'quiet', state.status];
  return html`<span class="sign ${tone}" title="${words}">${sign}</span>`;
}

export function stateWords(state: State): string {
  return signs[state.conclusion ?? state.status]?.[2] ?? state.status;
}

/** An instant as GitHub's tooltips show it. */
export function instant(date: Date): Html {
  const iso = date.toISOString();
  return html`<time datetime="${iso}" title="${iso}">${iso.slice(0, 16).replace('T', ' ')}</time>`;
}

export function duration(from: Date, to: Date | null): string {
  if (!to) return '';
  const seconds = Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000));
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
}
