import type { Pull } from '../../../src/sandbox/model.ts';
import type { CheckRun } from '../../../src/sandbox/run-model.ts';
import { repository, type Stage } from '../../app/help/stage.ts';
import { pullOf } from './scene.ts';
import type { Story } from './stories.ts';

/** What GitHub shows of one pull request, in words that do not depend on when and in which order it came about. */
export interface Picture {
  readonly branch: string;
  readonly kind: string;
  readonly state: string;
  /**
   * Every check run of the App on every head: name, conclusion, title, buttons, text. One that another of its
   * name has replaced is named only: what it said last depends on what was seen on the way.
   */
  readonly checks: readonly string[];
  /** Of the App. One that is folded away is named only, as a replaced check run is. */
  readonly comments: readonly string[];
  /** On what people wrote. */
  readonly reactions: readonly string[];
  /** How often each workflow run was run. */
  readonly attempts: readonly number[];
}

export function pictures(scene: Stage, all: readonly Story[]): readonly Picture[] {
  return all.map((story) => picture(scene, story));
}

function picture(scene: Stage, story: Story): Picture {
  const pull = pullOf(scene, story);
  const { world, read } = scene.sandbox;
  const runs = read.runs(repository).filter((run) => run.headRef === story.branch);
  const heads = [...new Set(runs.map((run) => run.headSha))];
  const ours = [...world.checkRuns.values()].filter(
    ({ suite }) => suite.app.id === scene.appId && heads.includes(suite.headSha),
  );
  return {
    branch: story.branch,
    kind: story.kind,
    state: pull.state,
    checks: ours
      .map((run) => {
        const replaced = ours.some(
          ({ id, name, suite }) => id > run.id && name === run.name && suite.headSha === run.suite.headSha,
        );
        const head = `head ${heads.indexOf(run.suite.headSha)} | ${run.name}`;
        return replaced ? `${head} | replaced` : `${head} | ${contentOf(run, pull)}`;
      })
      .sort(),
    comments: scene
      .ours(pull)
      .map(({ body, minimized }) => (minimized === null ? timeless(body, pull) : `folded: ${minimized}`)),
    reactions: read
      .comments(pull)
      .flatMap(({ body, reactions }) =>
        reactions.map(({ content, user }) => `${body}: ${content} ${user.login}`),
      ),
    attempts: runs.map((run) => run.attempts.length),
  };
}

function contentOf({ status, conclusion, title, summary, actions }: CheckRun, pull: Pull): string {
  const buttons = actions.map(({ label }) => label).join(', ');
  return [status, conclusion, timeless(title ?? '', pull), buttons, timeless(summary ?? '', pull)].join(
    ' | ',
  );
}

/** Commits, times, numbers that GitHub gives, and what is made of them. */
function timeless(text: string, pull: Pull): string {
  return text
    .replaceAll(/\d{1,2} [A-Z][a-z]{2} \d{4}, \d{2}:\d{2} UTC/g, '‹time›')
    .replaceAll(/\b[0-9a-f]{40}\b/g, '‹commit›')
    .replaceAll(/\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?UTC|Z)?/g, '‹time›')
    .replaceAll(/\/approve all [0-9a-z]+/g, '/approve all ‹set›')
    .replaceAll(`#${pull.number}`, '#‹pull›')
    .replaceAll(/pull\/\d+/g, 'pull/‹pull›')
    .replaceAll(/\b\d{4,}\b/g, '‹number›');
}

/** Of each pull request that differs, the lines that stand in one of the two alone. */
export function differences(actual: readonly Picture[], expected: readonly Picture[]): readonly string[] {
  return expected.flatMap((wanted, index) => {
    const [is, should] = [linesOf(actual[index]), linesOf(wanted)];
    const lines = [
      ...less(is, should).map((line) => `+ ${line}`),
      ...less(should, is).map((line) => `- ${line}`),
    ];
    return lines.length === 0 ? [] : [`${wanted.branch}, ${wanted.kind}`, ...lines];
  });
}

function linesOf(of: Picture | undefined): readonly string[] {
  if (of === undefined) return [];
  const { state, checks, comments, reactions, attempts } = of;
  return [state, `attempts ${attempts.join(' ')}`, ...checks, ...comments, ...reactions];
}

/** As multisets: what is there twice counts twice. */
function less(from: readonly string[], what: readonly string[]): readonly string[] {
  const left = [...what];
  return from.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
