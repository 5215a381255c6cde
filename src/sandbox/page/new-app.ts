import { codeFor, type Manifest, readManifest } from '../domain/manifests.ts';
import type { Account } from '../model.ts';
import { type Html, html } from './html.ts';
import { page, type View } from './layout.ts';

/** `/settings/apps/new`, or an organisation's. */
export function isNewApp(path: string): boolean {
  return /^(\/organizations\/[^/]+)?\/settings\/apps\/new$/.test(path);
}

function ownerOf({ world, person, path }: View): Account | null {
  const login = /^\/organizations\/([^/]+)\//.exec(path)?.[1];
  return login === undefined ? person : world.account(login);
}

/** What GitHub shows of a manifest before it makes the App; null when nobody is signed in to own it. */
export function newAppPage(view: View, fields: URLSearchParams, state: string | null): Html | null {
  const owner = ownerOf(view);
  if (!owner) return null;
  const manifest = readManifest(fields.get('manifest') ?? '');
  const back = new URL(manifest.redirect_url ?? manifest.url);
  back.searchParams.set('code', codeFor(view.world, manifest, owner));
  if (state !== null) back.searchParams.set('state', state);
  return page(view, 'Create GitHub App', [], shown(manifest, owner.login, back.href));
}

function shown(manifest: Manifest, owner: string, back: string): Html {
  const permissions = Object.entries(manifest.default_permissions ?? {});
  return html`<h1>Create GitHub App for ${owner}</h1>
    <p>${manifest.name} asks for:</p>
    <ul>${permissions.map(([name, level]) => html`<li>${name}: ${level}</li>`)}</ul>
    <p><a id="create" href="${back}">Create GitHub App for ${owner}</a></p>`;
}
