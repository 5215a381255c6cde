import { fits, latestChecks, mergeState, requiredChecks, requiredState } from '../domain/mergeable.ts';
import type { Pull } from '../model.ts';
import type { CheckRun } from '../run-model.ts';
import { fullName, type World } from '../world.ts';
import { type Html, html } from './html.ts';
import { stateIcon, stateWords } from './icons.ts';
import { button, type View } from './layout.ts';

/** What stands under the conversation: the head's checks, what is required, and whether it can be merged. */
export function checksBox(view: View, pull: Pull): Html {
  const runs = latestChecks(view.world, pull.repository, pull.head.sha).sort(byWeight);
  const required = requiredChecks(pull);
  const missing = required.filter((each) => requiredState(view.world, pull, each) === 'missing');
  return html`<section class="box merge" id="checks" data-live aria-label="Checks">
<h2>${headline(runs, missing.length)}</h2>
<ul class="checks">
${missing.map(
  (each) => html`<li>${stateIcon({ status: 'missing', conclusion: null })}
<span class="name"><strong>${each.name}</strong> <span class="muted">Expected — waiting for status to be reported</span></span>
<span class="label">Required</span></li>`,
)}
${runs.map((run) =>
  checkLine(
    run,
    required.some((each) => fits(run, each)),
  ),
)}
</ul>
${mergeLine(view, pull)}
</section>`;
}

/** Where a check's details are: its job's log, else its own page. */
function checkHref(run: CheckRun): string {
  const home = `/${fullName(run.suite.repository)}`;
  return `${home}/runs/${run.id}`;
}

function checkLine(run: CheckRun, required: boolean): Html {
  const words = run.title ?? stateWords(run);
  const notes = run.annotations.length;
  return html`<li>${stateIcon(run)}
<span class="name"><a href="${checkHref(run)}"><strong>${run.name}</strong></a> <span class="muted">${words}</span></span>
${notes > 0 ? html`<span class="muted">${notes} ${notes === 1 ? 'annotation' : 'annotations'}</span>` : null}
${run.actions.length > 0 && run.status === 'completed' ? html`<span class="label wait">Buttons</span>` : null}
${required ? html`<span class="label">Required</span>` : null}
<span class="muted app">${run.suite.app.name}</span></li>`;
}

const weight = ['failure', 'timed_out', 'action_required', 'cancelled', 'in_progress', 'queued', 'success'];

function byWeight(a: CheckRun, b: CheckRun): number {
  const of = (run: CheckRun) => {
    const at = weight.indexOf(run.conclusion ?? run.status);
    return at < 0 ? weight.length : at;
  };
  return of(a) - of(b) || a.name.localeCompare(b.name);
}

function headline(runs: readonly CheckRun[], missing: number): string {
  const waiting = runs.filter((run) => run.status !== 'completed').length + missing;
  const bad = runs.filter((run) =>
    ['failure', 'timed_out', 'action_required', 'cancelled'].includes(run.conclusion ?? ''),
  ).length;
  if (runs.length + missing === 0) return 'No checks on this commit';
  if (bad > 0) return `Some checks were not successful: ${bad} of ${runs.length + missing}`;
  if (waiting > 0) return `Some checks have not completed yet: ${waiting} of ${runs.length + missing}`;
  return 'All checks have passed';
}

const verdicts: Readonly<Record<string, readonly [tone: string, text: string]>> = {
  clean: ['good', 'This branch can be merged.'],
  unstable: ['wait', 'This branch can be merged, though a check that is not required has not passed.'],
  draft: ['quiet', 'This pull request is still a work in progress.'],
  blocked: ['bad', 'Merging is blocked: a required check has not passed.'],
  dirty: ['bad', 'This branch has conflicts with the base branch.'],
};

function mergeLine(view: View, pull: Pull): Html {
  const home = `/${fullName(pull.repository)}/pull/${pull.number}`;
  if (pull.mergedAt)
    return html`<p class="verdict good">Merged by ${pull.mergedBy?.login ?? 'somebody'}.</p>`;
  if (pull.state === 'closed') {
    return html`<div class="verdict quiet"><span>Closed without merging.</span>${view.person ? button(`${home}/reopen`, 'Reopen') : null}</div>`;
  }
  const state = mergeState(view.world, pull);
  const [tone, text] = verdicts[state] ?? ['quiet', state];
  const mergeable = state === 'clean' || state === 'unstable';
  return html`<div class="verdict ${tone}"><span>${text}</span>
${
  view.person
    ? html`<span class="row">${mergeable ? button(`${home}/merge`, 'Merge pull request', {}, 'primary') : null}${state === 'draft' ? button(`${home}/ready`, 'Ready for review') : null}${button(`${home}/close`, 'Close')}</span>`
    : null
}</div>`;
}

/** Checks of a commit as a side list, the shown one marked. */
export function checksAside(world: World, run: CheckRun): Html {
  const all = latestChecks(world, run.suite.repository, run.suite.headSha).sort(byWeight);
  return html`<aside class="box" id="aside" data-live aria-label="Checks of this commit"><ul class="checks">
${all.map(
  (each) => html`<li${each === run ? html` class="current"` : null}>${stateIcon(each)}
<a class="name" href="${checkHref(each)}">${each.name}</a></li>`,
)}
</ul></aside>`;
}
