import { associationOf, atLeast, roleOf } from '../domain/roles.ts';
import type { Account, Comment, Pull, Review } from '../model.ts';
import { fullName } from '../world.ts';
import { checksBox } from './checks-box.ts';
import { type Html, html } from './html.ts';
import { instant } from './icons.ts';
import { avatar, button, page, type View } from './layout.ts';
import { renderMarkdown } from './markdown.ts';

/** The conversation of a pull request. */
export function pullPage(view: View, pull: Pull): Html {
  const home = `/${fullName(pull.repository)}`;
  return page(
    view,
    `${pull.title} · #${pull.number} · ${fullName(pull.repository)}`,
    [
      { text: fullName(pull.repository), href: home },
      { text: `#${pull.number}`, href: null },
    ],
    html`<div id="title" data-live>
<h1>${pull.title} <span class="muted">#${pull.number}</span></h1>
<p class="row">${stateLabel(pull)} <span class="muted"><strong>${pull.author.login}</strong> wants to merge
<code>${sideName(pull)}</code> into <code>${pull.base.ref}</code> · head <code>${pull.head.sha.slice(0, 7)}</code></span></p>
</div>
<div id="conversation" data-live>
${bubble(view, pull, pull.author, pull.createdAt, pull.body ?? '', null)}
${conversation(view, pull)}
</div>
${checksBox(view, pull)}
${commentForm(view, pull, `${home}/pull/${pull.number}`)}`,
  );
}

/** Comments and reviews, oldest first. */
function conversation(view: View, pull: Pull): readonly Html[] {
  const here = (each: Comment | Review) => each.repository === pull.repository && each.number === pull.number;
  const comments = [...view.world.comments.values()].filter(here);
  const reviews = [...view.world.reviews.values()].filter(here);
  return [
    ...comments.map((each) => ({
      id: each.id,
      shown: bubble(view, pull, each.author, each.createdAt, each.body, each),
    })),
    ...reviews.map((each) => ({ id: each.id, shown: reviewBox(each) })),
  ]
    .sort((a, b) => a.id - b.id)
    .map(({ shown }) => shown);
}

const verdicts = { APPROVE: 'approved', REQUEST_CHANGES: 'requested changes on', COMMENT: 'reviewed' };

function reviewBox({ id, author, event, commit, submittedAt, body, dismissed }: Review): Html {
  return html`<article class="comment" id="pullrequestreview-${id}">
${avatar(author)}
<div class="box">
<header><strong>${author.login}</strong>
<span class="muted">${verdicts[event]} <code>${commit.slice(0, 7)}</code> ${instant(submittedAt)}${dismissed ? ' · dismissed' : ''}</span></header>
${body.trim() === '' ? null : html`<div class="body">${renderMarkdown(body)}</div>`}
</div>
</article>`;
}

export function stateLabel(pull: Pull): Html {
  if (pull.mergedAt) return html`<span class="state merged">Merged</span>`;
  if (pull.draft && pull.state === 'open') return html`<span class="state draft">Draft</span>`;
  return pull.state === 'open'
    ? html`<span class="state open">Open</span>`
    : html`<span class="state closed">Closed</span>`;
}

function sideName(pull: Pull): string {
  const fork = pull.head.repository !== pull.repository;
  return fork ? `${pull.head.repository.owner.login}:${pull.head.ref}` : pull.head.ref;
}

function bubble(
  view: View,
  pull: Pull,
  author: Account,
  at: Date,
  body: string,
  comment: Comment | null,
): Html {
  const association = associationOf(view.world, pull.repository, author);
  return html`<article class="comment"${comment ? html` id="issuecomment-${comment.id}"` : null}>
${avatar(author)}
<div class="box">
<header><strong>${author.login.replace(/\[bot\]$/, '')}</strong>
${author.type === 'Bot' ? html`<span class="label">bot</span>` : null}
<span class="muted">${comment ? 'commented' : 'opened this'} ${instant(at)}${comment?.edited ? ' · edited' : ''}</span>
${association === 'NONE' || author.type === 'Bot' ? null : html`<span class="label end">${association.toLowerCase()}</span>`}
</header>
${folded(comment, html`<div class="body">${body.trim() === '' ? html`<p class="muted">No description provided.</p>` : renderMarkdown(body)}</div>`)}
${comment ? reactions(comment) : null}
${comment ? tools(view, pull, comment) : null}
</div>
</article>`;
}

/** As GitHub shows a minimized comment: one line, which opens it. */
function folded(comment: Comment | null, body: Html): Html {
  if (comment === null || comment.minimized === null) return body;
  const reason = comment.minimized.toLowerCase().replaceAll('_', ' ');
  return html`<details class="minimized"><summary class="muted">This comment was marked as ${reason}.</summary>${body}</details>`;
}

const faces: Readonly<Record<string, string>> = {
  '+1': '👍',
  '-1': '👎',
  laugh: '😄',
  hooray: '🎉',
  confused: '😕',
  heart: '❤️',
  rocket: '🚀',
  eyes: '👀',
};

function reactions(comment: Comment): Html | null {
  if (comment.reactions.length === 0) return null;
  const kinds = [...new Set(comment.reactions.map((each) => each.content))];
  return html`<p class="reactions">${kinds.map((kind) => {
    const who = comment.reactions.filter((each) => each.content === kind).map((each) => each.user.login);
    return html`<span class="label" title="${who.join(', ')}">${faces[kind] ?? kind} ${who.length}</span> `;
  })}</p>`;
}

/** Editing and deleting, for the author and whoever may write. */
function tools(view: View, pull: Pull, comment: Comment): Html | null {
  const { person } = view;
  if (!person) return null;
  const writes = atLeast(roleOf(view.world, pull.repository, person), 'write');
  if (person !== comment.author && !writes) return null;
  const home = `/${fullName(pull.repository)}/comments/${comment.id}`;
  return html`<details class="tools"><summary>Edit</summary>
<form method="post" action="${home}/edit">
<textarea name="body" rows="4" aria-label="Comment">${comment.body}</textarea>
<span class="row"><button class="primary">Update comment</button></span>
</form>
${button(`${home}/delete`, 'Delete', {}, 'danger')}
</details>`;
}

/** A review is of the head that this page shows, also when it was pushed to since. */
function commentForm(view: View, pull: Pull, home: string): Html {
  if (!view.person) {
    return html`<p class="box pad muted">Choose at the top of the page who you are, to comment, to click a check's buttons and to merge.</p>`;
  }
  return html`<form class="comment new" method="post" action="${home}/comments">
${avatar(view.person)}
<input type="hidden" name="commit" value="${pull.head.sha}">
<div class="box pad">
<label>Comment as <strong>${view.person.login}</strong>
<textarea name="body" rows="4" required placeholder="/approve ID"></textarea></label>
<span class="row end"><button formaction="${home}/reviews">Submit as review of ${pull.head.sha.slice(0, 7)}</button>
<button class="primary">Comment</button></span>
</div>
</form>`;
}
