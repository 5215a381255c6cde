import { stripVTControlCharacters } from 'node:util';
import type { Attempt, Job, Run, Step } from '../run-model.ts';
import { fullName } from '../world.ts';
import { annotations, pullWith } from './check.ts';
import { type Html, html } from './html.ts';
import { duration, stateIcon, stateWords } from './icons.ts';
import { button, type Crumb, page, type View } from './layout.ts';
import { renderMarkdown } from './markdown.ts';

export function runHref(run: Run): string {
  return `/${fullName(run.repository)}/actions/runs/${run.id}`;
}

/** A workflow run: its attempts, and the jobs of each. */
export function runPage(view: View, run: Run): Html {
  return page(
    view,
    `${run.workflow.name} #${run.number}`,
    crumbs(run, null),
    html`<div id="run" data-live>
<h1>${run.workflow.name} <span class="muted">#${run.number}</span></h1>
<p class="muted">${run.eventName} by ${run.actor.login} · <code>${run.headSha.slice(0, 7)}</code> · ${run.workflow.path}</p>
${run.problem === null ? null : html`<p class="flash">${run.problem}</p>`}
${run.attempts.toReversed().map((attempt) => attemptBox(run, attempt))}
${rerunButtons(view, run)}
</div>`,
  );
}

function attemptBox(run: Run, attempt: Attempt): Html {
  return html`<section class="box"><h2>${stateIcon(attempt)} Attempt ${attempt.number}
<span class="muted">started by ${attempt.triggeredBy.login}</span></h2>
<ul class="checks">${attempt.jobs.map(
    (
      job,
    ) => html`<li>${stateIcon(job)}<span class="name"><a href="${runHref(run)}/job/${job.id}">${job.plan.name}</a>
<span class="muted">${job.carried ? 'carried over from the attempt before' : stateWords(job)}</span></span>
<span class="muted">${duration(job.startedAt, job.completedAt)}</span></li>`,
  )}</ul></section>`;
}

function rerunButtons(view: View, run: Run): Html | null {
  const attempt = run.attempts.at(-1);
  if (!view.person || attempt?.status !== 'completed') return null;
  return html`<div class="row">${button(`${runHref(run)}/rerun`, 'Re-run all jobs', { what: 'all' })}${button(
    `${runHref(run)}/rerun`,
    'Re-run failed jobs',
    { what: 'failed' },
  )}</div>`;
}

function crumbs(run: Run, job: Job | null): Crumb[] {
  const first = run.attempts[0]?.jobs[0];
  const pull = first ? pullWith(first.checkRun) : null;
  return [
    { text: fullName(run.repository), href: `/${fullName(run.repository)}` },
    ...(pull ? [{ text: `#${pull.number}`, href: `/${fullName(run.repository)}/pull/${pull.number}` }] : []),
    { text: `${run.workflow.name} #${run.number}`, href: job ? runHref(run) : null },
    ...(job ? [{ text: job.plan.name, href: null }] : []),
  ];
}

/** One job: steps, annotations, summary, log. */
export function jobPage(view: View, job: Job): Html {
  const { run } = job;
  const siblings = run.attempts[job.attempt - 1]?.jobs ?? [];
  return page(
    view,
    `${job.plan.name} · ${run.workflow.name} #${run.number}`,
    crumbs(run, job),
    html`<div class="columns">
<aside class="box" id="aside" data-live aria-label="Jobs of this attempt"><ul class="checks">${siblings.map(
      (each) => html`<li${each === job ? html` class="current"` : null}>${stateIcon(each)}
<a class="name" href="${runHref(run)}/job/${each.id}">${each.plan.name}</a></li>`,
    )}</ul></aside>
<div id="job" data-live>
<h1>${stateIcon(job)} ${job.plan.name}</h1>
<p class="muted">Attempt ${job.attempt} · ${stateWords(job)} ${duration(job.startedAt, job.completedAt)}${
      job.carried ? ' · carried over, it did not run in this attempt' : ''
    }</p>
${steps([...job.steps.values()])}
${annotations(job.checkRun)}
${job.summaries.length === 0 ? null : html`<h2>Summary</h2><div class="box pad">${job.summaries.map(renderMarkdown)}</div>`}
<h2>Log</h2>
<pre class="log">${job.log.map(logLine)}</pre>
</div>
</div>`,
  );
}

/** A line without its time stamp; the runner's own marks become a look. */
function logLine(line: string): Html {
  // colours of a terminal mean nothing here
  const text = stripVTControlCharacters(line.replace(/^\S+Z /, ''));
  if (text === '##[endgroup]') return html``;
  const [, mark = '', rest = text] = /^##\[(error|group|warning|notice)\](.*)$/.exec(text) ?? [];
  return html`<span class="${mark}">${rest}</span>\n`;
}

function steps(all: readonly Step[]): Html | null {
  if (all.length === 0) return null;
  return html`<ol class="box checks">${all.map(
    (step) => html`<li>${stateIcon(step)}<span class="name">${step.name}</span>
<span class="muted">${duration(step.startedAt, step.completedAt)}</span></li>`,
  )}</ol>`;
}
