import type { ServerResponse } from 'node:http';

/** Nothing runs and nothing is loaded. Forms are not limited: on its way to GitHub one may pass a sign-in elsewhere. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // the address holds the one-time word
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
};

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => entities[letter] ?? '');
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}code{background:#8882;padding:.1em .3em}button{font:inherit;padding:.5em 1em}</style></head>
<body><main><h1>${escaped(title)}</h1>${body}</main></body></html>
`;
}

export interface Offer {
  /** Where GitHub takes manifests, with the state. */
  readonly action: string;
  readonly githubOrigin: string;
  readonly manifest: string;
  readonly webhookUrl: string;
  readonly file: string;
}

export function offerPage(
  response: ServerResponse,
  { action, githubOrigin, manifest, webhookUrl, file }: Offer,
): void {
  const body = `<p>GitHub makes the App from its manifest and shows you what it may do before it does.</p>
<p>Deliveries will go to <code>${escaped(webhookUrl)}</code>. If GitHub cannot reach that, set <code>PUBLIC_URL</code> and start again.</p>
<p>The credentials are written to <code>${escaped(file)}</code> and shown nowhere.</p>
<form method="post" action="${escaped(action)}"><input type="hidden" name="manifest" value="${escaped(manifest)}"><button>Create the App on ${escaped(new URL(githubOrigin).host)}</button></form>`;
  response.writeHead(200, headers).end(page('Set up JIT Approval', body));
}

export function donePage(
  response: ServerResponse,
  app: { readonly id: number; readonly url: string },
  file: string,
): void {
  const body = `<p>App ${app.id} exists; its credentials are in <code>${escaped(file)}</code>.</p>
<ol><li>Start it again with the same command.</li><li><a href="${escaped(app.url)}/installations/new">Install it</a> where it shall work.</li><li>Write <code>app: ${app.id}</code> into <code>.github/jit-approval.yml</code>.</li></ol>`;
  response.writeHead(200, headers).end(page('The App is made', body));
}

export function problemPage(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, headers).end(page('That did not work', `<p>${escaped(words)}</p>`));
}
