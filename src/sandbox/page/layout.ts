import type { Account } from '../model.ts';
import type { World } from '../world.ts';
import { type Html, html } from './html.ts';

/** Who looks, and at what. */
export interface View {
  readonly world: World;
  /** The person signed in by the menu, or null. */
  readonly person: Account | null;
  /** Path of this page, to come back to. */
  readonly path: string;
  /** Why the last form was refused. */
  readonly problem: string | null;
}

export interface Crumb {
  readonly text: string;
  readonly href: string | null;
}

/** A whole page. Parts marked `data-live` with an id are refreshed in place while it is open. */
export function page(view: View, title: string, crumbs: readonly Crumb[], body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="/avatars/0">
<link rel="stylesheet" href="/_assets/style.css">
<script type="module" src="/_assets/live.js"></script>
</head>
<body>
<header class="top">
<nav class="crumbs" aria-label="Breadcrumb"><a href="/">Sandbox</a>${crumbs.map(crumb)}</nav>
${signIn(view)}
</header>
<main>
${view.problem === null ? null : html`<p class="flash" role="alert">${view.problem}</p>`}
${body}
</main>
</body>
</html>`;
}

function crumb(each: Crumb): Html {
  return html` <span aria-hidden="true">/</span> ${
    each.href === null ? html`<span>${each.text}</span>` : html`<a href="${each.href}">${each.text}</a>`
  }`;
}

function signIn(view: View): Html {
  const people = [...view.world.accounts.values()].filter((each) => each.type === 'User');
  return html`<form class="sign-in" method="post" action="/_sign-in">
<input type="hidden" name="back" value="${view.path}">
<label>Signed in as <select name="login">
<option value="">nobody</option>
${people.map(
  (each) =>
    html`<option value="${each.login}"${each === view.person ? html` selected` : null}>${each.login}</option>`,
)}
</select></label>
<button>Switch</button>
</form>`;
}

export function avatar(account: Account): Html {
  return html`<img class="avatar" src="/avatars/${account.id}" alt="" width="32" height="32">`;
}

/** One button in a form of its own. */
export function button(
  action: string,
  label: string,
  fields: Readonly<Record<string, string>> = {},
  tone = '',
): Html {
  return html`<form method="post" action="${action}">${Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}<button class="${tone}">${label}</button></form>`;
}
