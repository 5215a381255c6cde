import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import type { RuntimeAction, Target } from '../../../src/policy/action.ts';
import type { Judge, Settlement } from '../../../src/policy/judge.ts';

export type Wish = 'allow' | 'held' | 'denied';

export interface TestJudge extends Judge {
  readonly actions: RuntimeAction[];
  readonly settled: { settlement: Settlement; latencyMs: number | undefined }[];
  /** Resolves when `count` actions are settled. */
  settledAll(count: number): Promise<Settlement[]>;
}

/** A judge that does what `wish` says and remembers everything. */
export function testJudge(
  wish: (action: RuntimeAction) => Wish | Promise<Wish>,
  reads: 'head' | 'body' = 'body',
  actionId = '7f3k9q2m',
): TestJudge {
  const actions: RuntimeAction[] = [];
  const settled: { settlement: Settlement; latencyMs: number | undefined }[] = [];
  const waiting: (() => void)[] = [];
  const settle = (settlement: Settlement, latencyMs?: number): void => {
    settled.push({ settlement, latencyMs });
    for (const look of waiting) look();
  };
  return {
    actions,
    settled,
    reads: () => reads,
    judge: async (action) => {
      actions.push(action);
      const outcome = await wish(action);
      if (outcome === 'allow') return { outcome, settle };
      return {
        outcome,
        settle,
        actionId,
        message: `This request is ${outcome}.`,
        detail: 'Charge above 100.00',
        hint: `/approve ${actionId}`,
      };
    },
    settledAll: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (settled.length >= count) resolve(settled.map((entry) => entry.settlement));
        };
        waiting.push(look);
        look();
      }),
  };
}

export function undeclared(host: string, port: number): Target {
  const address = `${host}:${port}`;
  return {
    name: address,
    kind: 'http',
    declared: false,
    disposable: false,
    identity: address,
    host,
    port,
    database: null,
  };
}

export const targetFor = (_scheme: string, host: string, port: number): Target => undeclared(host, port);

export async function listen(server: Server, t: TestContext): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export function serve(t: TestContext, listener: RequestListener): Promise<number> {
  return listen(createServer(listener), t);
}

export interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: string[];
  body: string;
}

/** A target that remembers requests and answers 200 with their number. */
export async function recordingTarget(t: TestContext): Promise<{ port: number; seen: Seen[] }> {
  const seen: Seen[] = [];
  const port = await serve(t, async (request, response) => {
    const body = await textOf(request).catch(() => '(broken off)');
    seen.push({ method: request.method, url: request.url, headers: request.rawHeaders, body });
    response.end(`answer ${seen.length}`);
  });
  return { port, seen };
}

export async function textOf(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (chunk instanceof Buffer) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

/** Writes bytes to a port and gives back all that comes until the other side closes. */
export function raw(port: number, text: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.once('error', reject);
    socket.once('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

export function basic(credential: string): string {
  return `Basic ${Buffer.from(`jit:${credential}`).toString('base64')}`;
}
