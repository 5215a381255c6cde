import type { AppConfig } from '../../../src/app/config.ts';

/** Settings for a test: any free port, no spacing of writes, no log, and a worker that mostly waits to be woken. */
export function configWith(
  over: Pick<AppConfig, 'appId' | 'privateKey' | 'apiUrl'> & Partial<AppConfig>,
): AppConfig {
  return {
    webhookSecret: 'random enough',
    previousWebhookSecret: null,
    githubHost: new URL(over.apiUrl).host,
    host: '127.0.0.1',
    port: 0,
    ledger: ':memory:',
    retentionDays: null,
    leaseMs: 60_000,
    pollMs: 1000,
    retryMs: 2000,
    reconcileAtOnce: 4,
    sweepMs: 600_000,
    discoverMs: 3600_000,
    logLevel: 'fatal',
    metricsToken: null,
    stopWithinMs: 20_000,
    live: null,
    throttle: false,
    ...over,
  };
}
