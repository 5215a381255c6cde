import type { Defence } from './defence.ts';

const leak = 'test/attacks/http-credential-leak.test.ts';
const bodies = 'test/attacks/http-hostile-bodies.test.ts';
const own = 'test/attacks/http-proxy-reaches-its-own-gates.test.ts';
const smuggling = 'test/attacks/http-request-smuggling.test.ts';
const origin = 'test/attacks/invented-origin.test.ts';
const twoEnds = 'a request whose end can be read in two ways is refused and not judged';
const inTunnel = 'inside a tunnel the Host header cannot name another host than the one that is judged';

const smuggled = (
  defence: string,
  file: string,
  before: string,
  after: string,
  title = twoEnds,
): Defence => ({
  attack: 'http-request-smuggling',
  defence,
  file,
  before,
  after,
  falls: { [smuggling]: title },
});
const body = (defence: string, file: string, before: string, after: string, title: string): Defence => ({
  attack: 'http-hostile-bodies',
  defence,
  file,
  before,
  after,
  falls: { [bodies]: title },
});

/** What reaches an HTTP gate, and what a gate reaches. */
export const http: readonly Defence[] = [
  {
    attack: 'http-credential-leak',
    defence: "the proxy's credential is not passed on",
    file: 'src/protocol/http/headers.ts',
    before: "  'proxy-authorization',\n",
    after: '',
    falls: { [leak]: "the proxy's credential reaches neither the target nor the judge" },
  },
  body(
    'a JSON key stands once',
    'src/protocol/http/json.ts',
    'if (entries.has(key)) throw',
    'if (entries.has(`${key}-`)) throw',
    'a key that stands twice hides no amount: the body is unknown',
  ),
  body(
    'a form field stands once',
    'src/protocol/http/form.ts',
    'if (fields.has(name)) {',
    'if (fields.has(`${name}-`)) {',
    'a key that stands twice hides no amount: the body is unknown',
  ),
  body(
    'what comes out of a compressed body is counted',
    'src/gates/http/body.ts',
    'await decode(raw, { maxOutputLength: limit })',
    'await decode(raw, { maxOutputLength: 2 ** 30 })',
    'a zip bomb is unknown and takes no more memory than the limit',
  ),
  body(
    'JSON is read to a depth',
    'src/protocol/http/json.ts',
    'if (this.#depth > maxJsonDepth) throw',
    'if (this.#depth < 0) throw',
    'a deeply nested body is unknown, not a crash',
  ),
  body(
    'what is held goes nowhere',
    'src/gates/http/exchange.ts',
    "if (ruling.outcome !== 'allow') {",
    "if (ruling.outcome === 'denied') {",
    'a giant held upload is refused without reaching the target',
  ),
  body(
    'a reason phrase stays on its line',
    'src/protocol/http/problem.ts',
    ".replace(/[^\\x20-\\x7e]+/g, ' ')",
    '',
    'an action id with line breaks adds no header to the answer',
  ),
  {
    attack: 'http-proxy-reaches-its-own-gates',
    defence: 'nothing that comes through a gate reaches one',
    file: 'src/gates/http/connections.ts',
    before: 'if (!ownPorts.includes(remotePort)) return false;',
    after: 'if (ownPorts.length >= 0) return false;',
    falls: {
      [own]: 'no request through the proxy reaches the local API or the proxy itself, by any spelling',
    },
  },
  {
    attack: 'http-proxy-reaches-its-own-gates',
    defence: 'no tunnel leads to a gate',
    file: 'src/gates/http/connections.ts',
    before: 'const bare = guard(connectorFor({ allowHalfOpen: true }, secure), options.ownPorts);',
    after: 'const bare = connectorFor({ allowHalfOpen: true }, secure);',
    falls: { [own]: 'a tunnel to a gate is closed without an answer from it' },
  },
  {
    attack: 'http-proxy-reaches-its-own-gates',
    defence: 'a reverse gate knows the other gates',
    file: 'src/gates/http/reverse.ts',
    before: '...(options.ownPorts?.() ?? [])',
    after: '',
    falls: { [own]: 'a reverse gate whose variable points at the gate itself does not loop' },
  },
  smuggled(
    'a header that decides where a request ends stands once',
    'src/protocol/http/framing.ts',
    'if (headerValues(raw, name).length > 1) return',
    'if (headerValues(raw, name).length > 9) return',
  ),
  smuggled(
    'no transfer coding but chunked is passed on',
    'src/protocol/http/framing.ts',
    "if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked') {",
    "if (coding === '') {",
  ),
  smuggled(
    'Connection takes away no header by which the rules read the body',
    'src/protocol/http/framing.ts',
    'if (taken !== undefined) return',
    "if (taken === '') return",
  ),
  smuggled(
    'a fragment is no part of a request target',
    'src/protocol/http/request-target.ts',
    'const allowed = /^[\\x21\\x22\\x24-\\x7e]*$/;',
    'const allowed = /^[\\x21-\\x7e]*$/;',
  ),
  smuggled(
    'every request of a connection is judged',
    'src/gates/http/server.ts',
    '.then(() => handlers.request(request, response, expectsContinue))',
    ".then(() => request.socket.bytesRead > 0 && request.url === '/two' ? void response.end() : handlers.request(request, response, expectsContinue))",
    'a request hidden behind a whole body is judged by itself',
  ),
  smuggled(
    'only a 101 of the target opens the connection',
    'src/gates/http/upgrade.ts',
    '          to.resume();\n          response.pipe(to);',
    '          void response; splice(to, upstream);',
    'a declined WebSocket handshake opens no way past the judge',
  ),
  smuggled(
    'inside a tunnel the host is the one that the tunnel leads to',
    'src/gates/http/proxy.ts',
    'if (header !== null && host !== authority.host) {',
    "if (header === '') {",
    inTunnel,
  ),
  {
    attack: 'invented-origin',
    defence: 'an origin is no part of what an approval binds',
    file: 'src/gates/http/exchange.ts',
    before: "endToEnd(request.rawHeaders, ['host', 'expect', originHeader]);",
    after: "endToEnd(request.rawHeaders, ['host', 'expect']);",
    falls: { [origin]: 'a request is the same one whatever it says about its origin' },
  },
  {
    attack: 'invented-origin',
    defence: 'what a baggage says of an origin is taken out',
    file: 'src/gates/http/exchange.ts',
    before: "if (name.toLowerCase() !== 'baggage' || !value.includes('jit.')) return [[name, value]];",
    after: "if (name !== '') return [[name, value]];",
    falls: { [origin]: 'a request is the same one whatever it says about its origin' },
  },
  {
    attack: 'invented-origin',
    defence: 'an origin is a file of the repository',
    file: 'src/protocol/origin.ts',
    before: "(path) => !path.split('/').includes('node_modules') && isFile(path),",
    after: '() => isFile !== undefined,',
    falls: {
      [origin]: 'the name of a session points at a line only where it is one of the repository',
    },
  },
  {
    attack: 'invented-origin',
    defence: 'an origin leads out of nothing',
    file: 'src/protocol/origin.ts',
    before: "parts.every((part) => part !== '' && part !== '..')",
    after: 'parts.length > 0',
    falls: { [origin]: 'a statement is the same one whatever its comment says about its origin' },
  },
  {
    attack: 'invented-origin',
    defence: 'an origin message is kept from the server',
    file: 'src/gates/postgres/session.ts',
    before: '  context.told(frame.body',
    after: '  context.server.send(frame.bytes); context.told(frame.body',
    falls: { [origin]: 'an origin message is kept from the server, between any two messages' },
  },
];
