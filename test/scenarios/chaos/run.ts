import assert from 'node:assert/strict';
import { postgresLedger } from '../../../src/ledger/postgres.ts';
import { verifyLedger } from '../../../src/ledger/verify.ts';
import { until } from '../../../src/sandbox/demo/until.ts';
import type { Stage } from '../../app/help/stage.ts';
import { type Replica, replica } from './fleet.ts';
import { playAll } from './people.ts';
import { differences, type Picture, pictures } from './picture.ts';
import { random } from './random.ts';
import { openScene } from './scene.ts';
import type { Story } from './stories.ts';
import { requestStorm, type Storm, webhookStorm } from './storm.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly all: readonly Story[];
  /** What a calm run of the same stories shows. */
  readonly expected: readonly Picture[];
  /** An empty PostgreSQL database. */
  readonly databaseUrl: string;
  readonly tell: (line: string) => void;
}

const replicas = 3;
/** Pull requests whose people act at the same time. */
const atOnce = 25;
/** One of the processes dies about every so many of its requests. */
const killEvery = 150;
/** With one of every kind, more requests are made than any of the storm's chances could spare. */
const enoughStories = 9;

/** Milliseconds. A sweep looks at every open pull request, so it may not come more often than that can be done. */
function paceOf(all: readonly Story[]) {
  const sweepMs = Math.max(2000, all.length * 150);
  const discoverMs = 2 * sweepMs;
  return {
    sweepMs,
    discoverMs,
    /** However long a storm may hold up what somebody waits for: it may get lost several times in a row. */
    personMs: Math.max(180_000, 5 * sweepMs),
    /** However long the last lost webhook may take to be found. */
    restMs: Math.max(90_000, 3 * discoverMs),
  };
}

/** What GitHub shows in the end when one App runs in calm weather. */
export async function calmRun(all: readonly Story[]): Promise<readonly Picture[]> {
  await using scene = await openScene(all);
  await playAll(scene, all, atOnce, paceOf(all).personMs);
  await scene.settle();
  await scene.app.sweep();
  await scene.settle();
  return pictures(scene, all);
}

/** Three Apps on one PostgreSQL in a storm: in the end GitHub shows the same, and every link of the ledger holds. */
export async function stormyRun(options: ChaosOptions): Promise<void> {
  const { seed, all, expected, tell } = options;
  const began = performance.now();
  const seconds = () => `${Math.round((performance.now() - began) / 1000)} s`;
  await using scene = await openScene(all);
  await scene.app.close();
  const { fleet, storms } = await brew(scene, options);
  try {
    await Promise.all(fleet.map((app) => app.start()));
    await playAll(scene, all, atOnce, paceOf(all).personMs);
    for (const storm of storms) storm.calm();
    if (all.length >= enoughStories) blew(storms);
    tell(`seed ${seed}: everybody has acted after ${seconds()}; ${countsOf(storms, fleet)}`);
    await settled(scene, all, expected);
    // and what is right stays right: each ends what it does, and nothing has changed
    const isUp = (app: Replica) => app.webhookUrl() !== null;
    await until('every App that was killed is up again', () => fleet.every(isUp));
    for (const app of fleet) assert.equal(await app.stop(), 0);
    assert.deepEqual(differences(pictures(scene, all), expected), []);
    assert.deepEqual(scene.sandbox.violations, []);
    await chainsHold(options.databaseUrl);
    tell(`seed ${seed}: ${all.length} pull requests as in calm weather after ${seconds()}`);
  } finally {
    await Promise.all(fleet.map((app) => app.stop()));
    for (const storm of storms) storm.close();
  }
}

async function brew(scene: Stage, { seed, all, databaseUrl }: ChaosOptions) {
  const hosts: string[] = [];
  const options = { scene, databaseUrl, ...paceOf(all) };
  const fleet: Replica[] = Array.from({ length: replicas }, (_, index) =>
    replica({ ...options, githubHost: () => hosts[index] ?? '' }),
  );
  const storms: Storm[] = [];
  for (const [index, app] of fleet.entries()) {
    const storm = await requestStorm(random(seed * 100 + index), scene.sandbox.url, app, killEvery);
    hosts.push(storm.host);
    storms.push(storm);
  }
  const webhooks = await webhookStorm(random(seed * 100 + 99), fleet);
  storms.push(webhooks);
  scene.sandbox.create.webhook(scene.appId, { url: webhooks.url, secret: scene.config.webhookSecret });
  return { fleet, storms };
}

async function settled(scene: Stage, all: readonly Story[], expected: readonly Picture[]): Promise<void> {
  const look = () => differences(pictures(scene, all), expected);
  await until(
    'GitHub shows what it shows in calm weather',
    () => look().length === 0,
    paceOf(all).restMs,
  ).catch(() => assert.deepEqual(look(), []));
}

async function chainsHold(databaseUrl: string): Promise<void> {
  const ledger = await postgresLedger(databaseUrl, { readOnly: true });
  for await (const { broken } of verifyLedger(ledger)) assert.equal(broken, null);
  await ledger.close();
}

/** A storm in which nothing went wrong would prove nothing. */
function blew(storms: readonly Storm[]): void {
  const sums = sumsOf(storms);
  for (const what of ['lost', 'doubled', 'late', 'failed', 'limited', 'reset'])
    assert.ok((sums.get(what) ?? 0) > 0, `nothing was ${what}`);
  const kills = (sums.get('killed before') ?? 0) + (sums.get('killed after') ?? 0);
  assert.ok(kills > 0, 'nobody was killed');
}

function sumsOf(storms: readonly Storm[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { counts } of storms)
    for (const [what, count] of Object.entries(counts)) sums.set(what, (sums.get(what) ?? 0) + count);
  return sums;
}

function countsOf(storms: readonly Storm[], fleet: readonly Replica[]): string {
  const sums = sumsOf(storms);
  const lives = fleet.reduce((sum, app) => sum + app.lives, 0);
  return [...sums, ['processes started', lives]].map(([what, count]) => `${count} ${what}`).join(', ');
}
