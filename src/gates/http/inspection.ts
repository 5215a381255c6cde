import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { messageOf } from '../../errors.ts';
import type { Target } from '../../policy/action.ts';
import type { Authority } from '../../protocol/http/authority.ts';
import { readClientHello } from '../../protocol/tls/client-hello.ts';
import type { RunAuthority } from '../tls/run-authority.ts';

export interface InspectionOptions {
  readonly authority: RunAuthority;
  /** Whether what is said to this target is to be read; the others' tunnels are judged by their host. */
  readonly wants: (target: Target) => boolean;
  /** Told in a sentence, once for each host, of a client that does not accept the certificate. */
  readonly report: (sentence: string) => void;
}

/** The protocol that gates read. A client that speaks only others (gRPC: h2) is judged by host. */
const http1 = 'http/1.1';

/** Reads what clients say inside TLS: answers as the server, by a certificate of the run's own authority. */
export class Inspection {
  readonly wants: InspectionOptions['wants'];
  readonly #authority: RunAuthority;
  readonly #report: InspectionOptions['report'];
  readonly #told = new Set<string>();
  /** Hosts whose certificate some client took: there silence says nothing. */
  readonly #accepted = new Set<string>();

  constructor({ authority, wants, report }: InspectionOptions) {
    this.#authority = authority;
    this.wants = wants;
    this.#report = report;
  }

  /** Whether a client that has begun with these bytes speaks what is read; `more` asks for further bytes. */
  speaks(bytes: Buffer): boolean | 'more' {
    const hello = readClientHello(bytes);
    if (hello === 'more') return 'more';
    return hello !== null && (hello.protocols === null || hello.protocols.includes(http1));
  }

  /** Answers a client's TLS as `host`. Null where the two do not come together: that connection has ended. */
  answer({ host }: Authority, client: Socket): Promise<TLSSocket | null> {
    return new Promise((resolve) => {
      const inside = new TLSSocket(client, {
        isServer: true,
        secureContext: this.#authority.contextFor(host),
        ALPNProtocols: [http1],
      });
      const unasked = (): void => {
        if (!this.#accepted.has(host)) this.#tell(host, ', as it seems: it asked nothing and went');
        client.destroy();
        resolve(null);
      };
      inside.once('secure', () => {
        inside.off('end', unasked);
        inside.once('close', unasked);
        resolve(inside);
      });
      // Node looks at the certificate when its part of the handshake is done, and goes without a word
      inside.once('end', unasked);
      inside.on('error', (error) => {
        const alert = mistrust.exec(messageOf(error))?.[1];
        if (alert !== undefined) this.#tell(host, ` (${alert})`);
        client.destroy();
        resolve(null);
      });
    });
  }

  /** A request came: who asks has accepted the certificate. */
  asked({ host }: Authority): void {
    this.#accepted.add(host);
  }

  #tell(host: string, how: string): void {
    if (this.#told.has(host)) return;
    this.#told.add(host);
    this.#report(
      `${host}: a client did not accept the certificate by which its HTTPS is read${how}. Have it trust the ` +
        'file in JIT_APPROVAL_CA, or take "inspect: true" from the target: then each connection to it is judged as a whole.',
    );
  }
}

/** OpenSSL's words for the alerts by which a client refuses a certificate (RFC 8446 section 6.2). */
const mistrust = /alert (unknown ca|bad certificate|certificate unknown|unsupported certificate)/i;
