import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { JitError } from '../../errors.ts';
import { fullName, type World } from '../world.ts';
import { checkPage } from './check.ts';
import { submit } from './forms.ts';
import { filePage, homePage, repositoryPage } from './home.ts';
import { escapeHtml, type Html, html } from './html.ts';
import { jobPage, runPage } from './job.ts';
import { page, type View } from './layout.ts';
import { live } from './live.ts';
import { isNewApp, newAppPage } from './new-app.ts';
import { pullPage } from './pull.ts';

const assets: Readonly<Record<string, { readonly type: string; readonly text: string }>> = {
  '/_assets/style.css': asset('text/css; charset=utf-8', './style.css'),
  '/_assets/live.js': asset('text/javascript; charset=utf-8', './live.js'),
};

function asset(type: string, file: string) {
  return { type, text: readFileSync(new URL(file, import.meta.url), 'utf8') };
}

/** Nothing on these pages may load or run what does not come from here. */
const policy =
  "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/** Answers a request of a browser. */
export async function servePage(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', world.url);
  if (!local(world, request, isNewApp(url.pathname)))
    return plain(response, 403, 'Open the sandbox by the address it printed.');
  const known = assets[url.pathname];
  if (known) return void response.writeHead(200, { 'content-type': known.type }).end(known.text);
  if (url.pathname === '/_live') return live(world, response);
  if (url.pathname.startsWith('/avatars/')) return drawAvatar(world, url.pathname, response);
  const moved = movedPage(world, url.pathname);
  if (moved !== null) return void response.writeHead(301, { location: moved }).end();
  const view: View = {
    world,
    person: world.account(cookie(request)),
    path: url.pathname,
    problem: url.searchParams.get('problem'),
  };
  if (request.method === 'POST') return post(view, request, response);
  const shown = await pageAt(view, url.pathname);
  const found =
    shown ?? page(view, 'Not Found', [], html`<h1>404</h1><p>There is nothing at this address.</p>`);
  send(response, shown ? 200 : 404, found);
}

/** Another site's page must not send forms here (but for a manifest, as on GitHub), nor reach here under a name of its own. */
function local(world: World, request: IncomingMessage, fromAnywhere: boolean): boolean {
  const port = new URL(world.url).port;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host, origin } = request.headers;
  const foreign = !fromAnywhere && origin !== undefined && !hosts.some((each) => origin === `http://${each}`);
  return host !== undefined && hosts.includes(host) && !foreign;
}

/** Where the page of a repository is that had another name before. */
function movedPage(world: World, path: string): string | null {
  const [owner = '', name = '', ...rest] = segments(path);
  if (world.repository(owner, name)) return null;
  const repository = world.formerly(owner, name);
  return repository === null ? null : `/${[fullName(repository), ...rest].join('/')}`;
}

async function pageAt(view: View, path: string): Promise<Html | null> {
  if (path === '/') return homePage(view);
  const [owner = '', name = '', kind, ...rest] = segments(path);
  const { world } = view;
  const repository = world.repository(owner, name);
  if (!repository) return null;
  if (kind === undefined) return repositoryPage(view, repository);
  const id = Number(rest[0]);
  if (kind === 'pull') {
    const pull = repository.pulls.get(id);
    return pull ? pullPage(view, pull) : null;
  }
  if (kind === 'runs') {
    const run = world.checkRuns.get(id);
    if (run?.suite.repository !== repository) return null;
    const job = run.jobId === null ? undefined : world.jobs.get(run.jobId);
    return job ? jobPage(view, job) : checkPage(view, run);
  }
  if (kind === 'actions' && rest[0] === 'runs') {
    const run = world.runs.get(Number(rest[1]));
    if (run?.repository !== repository) return null;
    const job = rest[2] === 'job' ? world.jobs.get(Number(rest[3])) : undefined;
    return job ? jobPage(view, job) : runPage(view, run);
  }
  if (kind === 'blob') return filePage(view, repository, rest[0] ?? '', rest.slice(1).join('/'));
  return null;
}

function segments(path: string): string[] {
  return path.split('/').slice(1).map(decodeURIComponent);
}

async function post(view: View, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const fields = await readForm(request);
  if (isNewApp(view.path)) {
    const state = new URL(request.url ?? '/', view.world.url).searchParams.get('state');
    const shown = newAppPage(view, fields, state);
    return shown
      ? send(response, 200, shown)
      : plain(response, 401, 'Choose on a page of the sandbox who you are.');
  }
  if (view.path === '/_sign-in') return signIn(view, fields, response);
  const [owner = '', name = '', ...rest] = segments(view.path);
  const repository = view.world.repository(owner, name);
  if (!repository) return plain(response, 404, 'Not Found');
  try {
    const next = await view.world.pending.track(submit(view, repository, rest, fields));
    if (next === null) return plain(response, 404, 'Not Found');
    response.writeHead(303, { location: next }).end();
  } catch (thrown) {
    if (!(thrown instanceof JitError)) throw thrown;
    const back = backOf(request) ?? `/${owner}/${name}`;
    response.writeHead(303, { location: `${back}?problem=${encodeURIComponent(thrown.message)}` }).end();
  }
}

function backOf(request: IncomingMessage): string | null {
  return request.headers.referer ? new URL(request.headers.referer).pathname : null;
}

function signIn(view: View, fields: URLSearchParams, response: ServerResponse): void {
  const login = view.world.account(fields.get('login') ?? '')?.login ?? '';
  const back = fields.get('back') ?? '/';
  response
    .writeHead(303, {
      location: back.startsWith('/') && !back.startsWith('//') ? back : '/',
      'set-cookie': `person=${encodeURIComponent(login)}; Path=/; HttpOnly; SameSite=Strict`,
    })
    .end();
}

function cookie(request: IncomingMessage): string {
  const found = /(?:^|;\s*)person=([^;]*)/.exec(request.headers.cookie ?? '');
  return decodeURIComponent(found?.[1] ?? '');
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

function drawAvatar(world: World, path: string, response: ServerResponse): void {
  const id = Number(path.slice('/avatars/'.length));
  const account = [...world.accounts.values()].find((each) => each.id === id);
  const letter = escapeHtml((account?.login ?? '?').slice(0, 1).toUpperCase());
  const hue = (id * 137) % 360;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" fill="hsl(${hue} 35% 45%)"/><text x="16" y="22" font-family="sans-serif" font-size="16" fill="#fff" text-anchor="middle">${letter}</text></svg>`;
  response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(svg);
}

function send(response: ServerResponse, status: number, shown: Html): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    .end(shown.text);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
