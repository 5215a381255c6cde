import { JitError } from '../errors.ts';
import type { Gate } from '../gates/gate.ts';
import type { Inspection } from '../gates/http/inspection.ts';
import { startHttpProxy } from '../gates/http/proxy.ts';
import { startReverseGate } from '../gates/http/reverse.ts';
import { startLocalApi } from '../gates/local/api.ts';
import { onceLoaded } from '../gates/once-loaded.ts';
import { originReader, type ReadOrigin } from '../gates/origins.ts';
import type { Trust } from '../gates/tls/trust.ts';
import { trustedBeside } from '../gates/tls/trusted-files.ts';
import type { Target } from '../policy/action.ts';
import type { Judge } from '../policy/judge.ts';
import type { Policy } from '../policy/parse.ts';
import { httpTargets } from '../targets/http.ts';
import { localTargets } from '../targets/local.ts';
import { postgresSettings, postgresTarget } from '../targets/postgres.ts';
import { libpqVariables, postgresEnvironment } from '../targets/postgres-environment.ts';
import type { SqlThread } from '../targets/sql-thread.ts';
import { loadAnalyser } from './analyser.ts';

export interface GateOptions {
  readonly policy: Policy;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly judge: Judge;
  readonly notice: (sentence: string) => void;
  /** The repository's folder: origins and working directories are told relative to it. */
  readonly root: string;
  /** Where large statements are analysed. */
  readonly sqlThread: SqlThread;
}

/** All gates of a run, and what they change in the suite's environment. */
export interface OpenGates {
  readonly targets: readonly Target[];
  readonly environment: Readonly<Record<string, string>>;
  /** Variables by which the suite's clients trust the gates; a step may set others. */
  readonly trust: Readonly<Record<string, string>>;
  /** Variables that must not reach the suite as they were. */
  readonly takenOver: readonly string[];
  /** On the loopback. */
  readonly ports: readonly number[];
  /** Loads what the declared targets' gates need at their first connection, while the suite itself starts. */
  warm(): void;
  close(): Promise<void>;
}

/** Opens a gate for every declared target, the proxy, and the local API. Closes what it opened when one fails. */
export async function openGates(options: GateOptions): Promise<OpenGates> {
  const opening = new Opening(options);
  try {
    await opening.postgres();
    await opening.http();
    return opening.done();
  } catch (thrown) {
    await opening.close();
    throw thrown;
  }
}

class Opening {
  readonly #options: GateOptions;
  readonly #gates: Gate[] = [];
  /** Those of declared targets: something will come through them. */
  readonly #awaited: Gate[] = [];
  readonly #targets: Target[] = [];
  readonly #environment: Record<string, string> = {};
  readonly #takenOver: string[] = [];
  readonly #origins: ReadOrigin;
  #trust: Trust | null = null;
  #closing = false;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#origins = originReader(options.root);
  }

  async postgres(): Promise<void> {
    const { policy, environment, judge, notice, sqlThread } = this.#options;
    const specs = Object.entries(policy.targets).flatMap(([name, target]) =>
      'postgres' in target ? [{ name, spec: target.postgres, disposable: target.disposable === true }] : [],
    );
    if (specs.length === 0) return;
    // a suite without a database starts without its gate, and with one without its client and its parser
    const { startPostgresGate } = await import('../gates/postgres/gate.ts');
    const { get: analyser } = onceLoaded(() => loadAnalyser(sqlThread));
    // what leads to a database around the gates goes, also where a target is given by URL
    this.#takenOver.push(...libpqVariables);
    for (const { name, spec, disposable } of specs) {
      const upstream = postgresSettings(spec, environment);
      const target = postgresTarget(name, upstream, { declared: true, disposable });
      const origins = this.#origins;
      const gate = await startPostgresGate({ target, upstream, judge, analyser, report: notice, origins });
      this.#gates.push(gate);
      this.#awaited.push(gate);
      this.#targets.push(target);
      Object.assign(this.#environment, postgresEnvironment(spec, environment, gate).set);
      this.#takenOver.push(...Object.values(spec));
    }
  }

  async http(): Promise<void> {
    const { policy, environment, judge } = this.#options;
    const declared = Object.entries(policy.targets).flatMap(([name, target]) =>
      'http' in target ? [{ name, http: target.http, disposable: target.disposable === true }] : [],
    );
    const { reverse, targetFor, problems } = httpTargets(declared, environment);
    if (problems.length > 0) throw new JitError('TARGETS', problems.join('\n'));
    const ownPorts = () => this.#gates.map((gate) => gate.port);
    const trusted = () => trustedBeside(environment);
    for (const { target, env, upstream } of reverse) {
      const gate = await startReverseGate({
        judge,
        target,
        upstream,
        ownPorts,
        trusted,
        origins: this.#origins,
      });
      this.#gates.push(gate);
      this.#awaited.push(gate);
      this.#targets.push(target);
      this.#environment[env] = gate.url;
      this.#takenOver.push(env);
    }
    const uid = process.getuid?.() ?? null;
    const inspection = await this.#inspection();
    const proxy = await startHttpProxy({
      judge,
      targetFor,
      uid,
      ownPorts,
      trusted,
      origins: this.#origins,
      ...(inspection === null ? {} : { inspection }),
    });
    const local = await startLocalApi({ judge, targetFor: localTargets([]), root: this.#options.root });
    this.#gates.push(proxy, local);
    Object.assign(this.#environment, proxy.environment, local.environment);
  }

  /** Null where no target wants its HTTPS read: then what the suite trusts is left as it is. */
  async #inspection(): Promise<Inspection | null> {
    const { policy, environment, notice } = this.#options;
    const ports = new Map(
      Object.entries(policy.targets).flatMap(([name, spec]) =>
        'http' in spec && spec.inspect ? [[name, 'host' in spec.http ? (spec.http.port ?? 443) : null]] : [],
      ),
    );
    if (ports.size === 0) return null;
    // a suite that does without starts without it
    const [{ Inspection }, { createRunAuthority }, { trustAuthority }] = await Promise.all([
      import('../gates/http/inspection.ts'),
      import('../gates/tls/run-authority.ts'),
      import('../gates/tls/trust.ts'),
    ]);
    const authority = createRunAuthority(Date.now());
    this.#trust = trustAuthority(authority.pem, environment);
    // on other ports of a host others than HTTP servers may speak, and first
    const wants = ({ name, declared, port }: Target): boolean =>
      declared && ports.has(name) && (ports.get(name) ?? port) === port;
    return new Inspection({
      authority,
      wants,
      // what ends because the gates close says nothing of trust
      report: (sentence) => {
        if (!this.#closing) notice(sentence);
      },
    });
  }

  done(): OpenGates {
    return {
      targets: this.#targets,
      environment: this.#environment,
      trust: this.#trust?.environment ?? {},
      takenOver: this.#takenOver,
      ports: this.#gates.map((gate) => gate.port),
      warm: () => {
        for (const gate of this.#awaited) gate.warm?.();
      },
      close: () => this.close(),
    };
  }

  async close(): Promise<void> {
    this.#closing = true;
    try {
      await Promise.all(this.#gates.map((gate) => gate.close()));
    } finally {
      this.#trust?.close();
    }
  }
}
