import { resolveCommit } from '../git/commit.ts';
import { blob, entryAt } from '../git/read.ts';
import type { Repository } from '../model.ts';
import { fullName } from '../world.ts';
import { type Html, html } from './html.ts';
import { instant, stateIcon } from './icons.ts';
import { runHref } from './job.ts';
import { page, type View } from './layout.ts';
import { stateLabel } from './pull.ts';

/** All repositories with their pull requests. */
export function homePage(view: View): Html {
  const all = [...view.world.repositories.values()];
  return page(
    view,
    'Sandbox',
    [],
    html`<h1>Repositories</h1><div id="repositories" data-live>
${all.length === 0 ? html`<p class="muted">There are no repositories yet.</p>` : all.map(card)}
</div>`,
  );
}

/** One repository: pull requests and workflow runs. */
export function repositoryPage(view: View, repository: Repository): Html {
  const runs = [...view.world.runs.values()].filter((run) => run.repository === repository).reverse();
  return page(
    view,
    fullName(repository),
    [{ text: fullName(repository), href: null }],
    html`<div id="repository" data-live>${card(repository)}
<section class="box"><h2>Workflow runs</h2><ul class="checks">
${runs.length === 0 ? html`<li class="muted">None yet.</li>` : null}
${runs.map(
  (run) => html`<li>${stateIcon(run.attempts.at(-1) ?? { status: 'queued', conclusion: null })}
<span class="name"><a href="${runHref(run)}">${run.workflow.name} #${run.number}</a>
<span class="muted">${run.title} · ${run.eventName}</span></span>
<span class="muted">${run.attempts.length > 1 ? `attempt ${run.attempts.length} · ` : ''}${instant(run.createdAt)}</span></li>`,
)}
</ul></section></div>`,
  );
}

function card(repository: Repository): Html {
  const pulls = [...repository.pulls.values()].reverse();
  return html`<section class="box"><h2><a href="/${fullName(repository)}">${fullName(repository)}</a>
<span class="label">${repository.private ? 'private' : 'public'}</span>
${repository.parent ? html`<span class="muted">forked from ${fullName(repository.parent)}</span>` : null}</h2>
<ul class="checks">
${pulls.length === 0 ? html`<li class="muted">No pull requests.</li>` : null}
${pulls.map(
  (pull) => html`<li>${stateLabel(pull)}
<span class="name"><a href="/${fullName(repository)}/pull/${pull.number}"><strong>${pull.title}</strong></a>
<span class="muted">#${pull.number} by ${pull.author.login}</span></span></li>`,
)}
</ul></section>`;
}

/** A file at a commit, its lines addressable: where annotations point. Null when there is none. */
export async function filePage(
  view: View,
  repository: Repository,
  ref: string,
  path: string,
): Promise<Html | null> {
  const commit = await resolveCommit(repository.folder, ref);
  const entry = commit ? await entryAt(repository.folder, commit, path) : null;
  if (entry?.type !== 'blob') return null;
  const lines = (await blob(repository.folder, entry.sha)).toString().replace(/\n$/, '').split('\n');
  return page(
    view,
    path,
    [
      { text: fullName(repository), href: `/${fullName(repository)}` },
      { text: path, href: null },
    ],
    html`<h1><code>${path}</code> <span class="muted">${ref.slice(0, 7)}</span></h1>
<pre class="log file">${lines.map((line, index) => html`<span id="L${index + 1}">${line}</span>\n`)}</pre>`,
  );
}
