/** A refusal or failure of the gate as RFC 9457 `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly actionId?: string;
  readonly hint?: string;
}

export const problemType = 'application/problem+json';

/** The words of a refused runtime action. */
export interface RefusalText {
  readonly outcome: 'held' | 'denied';
  readonly actionId: string;
  readonly message: string;
  readonly detail: string;
  readonly hint: string;
}

/** 423 Locked says "not now"; 403 Forbidden says "not at all". */
export function refusalProblem(refused: RefusalText): Problem {
  return {
    type: `urn:jit-approval:${refused.outcome}`,
    title: refused.outcome === 'held' ? 'Held by JIT Approval' : 'Denied by JIT Approval',
    status: refused.outcome === 'held' ? 423 : 403,
    // what clients print of a problem is often `detail` alone, so it says everything
    detail: [refused.message, refused.hint, refused.detail]
      .filter((text) => text !== '')
      .map(sentence)
      .join(' '),
    actionId: refused.actionId,
    hint: refused.hint,
  };
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

export function problem(status: number, kind: string, title: string, detail: string): Problem {
  return { type: `urn:jit-approval:${kind}`, title, status, detail };
}

/**
 * A reason phrase that cannot break out of its line. Clients that fail at CONNECT show little else, so it
 * carries the action id.
 */
export function reasonPhrase(text: string): string {
  return text
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 200);
}

/** A whole HTTP/1.1 answer for a connection that no HTTP server writes to; the connection ends with it. */
export function rawAnswer(body: Problem, reason: string, headers: readonly string[] = []): Buffer {
  const json = Buffer.from(JSON.stringify(body));
  const head = [
    `HTTP/1.1 ${body.status} ${reasonPhrase(reason)}`,
    `Content-Type: ${problemType}`,
    `Content-Length: ${json.length}`,
    'Connection: close',
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), json]);
}
