import type { Pull } from '../model.ts';
import type { Annotation, CheckRun } from '../run-model.ts';
import { fullName } from '../world.ts';
import { checksAside } from './checks-box.ts';
import { type Html, html } from './html.ts';
import { duration, stateIcon, stateWords } from './icons.ts';
import { button, type Crumb, page, type View } from './layout.ts';
import { renderMarkdown } from './markdown.ts';

/** A check run with its output, annotations and buttons. */
export function checkPage(view: View, run: CheckRun): Html {
  return page(
    view,
    `${run.name} · ${run.suite.headSha.slice(0, 7)}`,
    crumbsOf(run),
    html`<div class="columns">
${checksAside(view.world, run)}
<div id="check" data-live>
<h1>${stateIcon(run)} ${run.name}</h1>
<p class="muted">${stateWords(run)} ${duration(run.startedAt, run.completedAt)} · by ${run.suite.app.name} on <code>${run.suite.headSha.slice(0, 7)}</code></p>
${buttons(view, run)}
${run.title === null ? null : html`<h2>${run.title}</h2>`}
${output(run.summary)}
${output(run.text)}
${annotations(run)}
</div>
</div>`,
  );
}

function crumbsOf(run: CheckRun): Crumb[] {
  const home = `/${fullName(run.suite.repository)}`;
  const pull = pullWith(run);
  const up = pull
    ? [{ text: `#${pull.number}`, href: `/${fullName(pull.repository)}/pull/${pull.number}` }]
    : [];
  return [{ text: fullName(run.suite.repository), href: home }, ...up, { text: run.name, href: null }];
}

export function pullWith(run: CheckRun): Pull | null {
  const pulls = [...run.suite.repository.pulls.values()];
  return pulls.findLast((pull) => pull.head.sha === run.suite.headSha) ?? null;
}

function output(markdown: string | null): Html | null {
  if (markdown === null || markdown === '') return null;
  return html`<div class="box pad">${renderMarkdown(markdown)}</div>`;
}

/** Shown to everybody who is signed in: an app has to find out for itself who may. */
function buttons(view: View, run: CheckRun): Html | null {
  if (run.actions.length === 0 || run.status !== 'completed') return null;
  if (!view.person) return html`<p class="flash">Choose above who you are: this check offers buttons.</p>`;
  const home = `/${fullName(run.suite.repository)}/runs/${run.id}`;
  return html`<div class="box pad"><div class="row">${run.actions.map(
    (each) =>
      html`<span title="${each.description}">${button(
        `${home}/action`,
        each.label,
        { identifier: each.identifier },
        'primary',
      )}</span>`,
  )}</div><p class="muted">${run.actions.map((each) => `${each.label}: ${each.description}`).join(' · ')}</p></div>`;
}

export function annotations(run: CheckRun): Html | null {
  if (run.annotations.length === 0) return null;
  return html`<h2>Annotations</h2><ul class="annotations">${run.annotations.map((each) =>
    annotation(run, each),
  )}</ul>`;
}

function annotation(run: CheckRun, each: Annotation): Html {
  const lines = each.endLine > each.startLine ? `L${each.startLine}-L${each.endLine}` : `L${each.startLine}`;
  const path = each.path.split('/').map(encodeURIComponent).join('/');
  const href = `/${fullName(run.suite.repository)}/blob/${run.suite.headSha}/${path}#L${each.startLine}`;
  return html`<li class="${each.level}">
<p><a href="${href}"><code>${each.path}</code> ${lines}</a> <span class="label">${each.level}</span></p>
${each.title === null ? null : html`<p><strong>${each.title}</strong></p>`}
<pre>${each.message}</pre>
${each.rawDetails === null ? null : html`<details><summary>Details</summary><pre>${each.rawDetails}</pre></details>`}
</li>`;
}
