import type { Annotation } from '../approval/render.ts';
import { cut } from './cut.ts';
import { commandData, commandProperty, plain, visible } from './escape.ts';
import { formLine, formText } from './form-text.ts';
import { byGravity } from './gravity.ts';
import { recordedSentence } from './recording-text.ts';
import type { Flagged, Report } from './schema.ts';
import { afterApproval, notApprovable } from './sentences.ts';
import { maximumRows } from './summary.ts';
import { checkSentence } from './views.ts';

/** GitHub: a title of 255 characters, message and details of 64 KB each. */
const maximumTitle = 255;
const maximumMessage = 8_000;
const maximumDetails = 60_000;
/** GitHub takes 50 annotations per request, so that these are five, and nobody reads more. */
const maximumInCheck = 250;
/** A line beyond this is no line of a file, and one bad number would have GitHub refuse the whole batch. */
const maximumLine = 1_000_000;

/** One annotation per flagged runtime action and per target that was never called; the gravest first. */
export function annotations(report: Report): Annotation[] {
  const file = report.policy[0]?.file ?? null;
  const flagged = byGravity(report.flagged).map((entry) =>
    actionAnnotation(
      {
        ...entry,
        unbindable: entry.unbindable ?? notApprovable(report),
        afterApproval: afterApproval(report),
        checks: entry.checks.filter(({ outcome }) => outcome !== 'passed').map(checkSentence),
      },
      file,
    ),
  );
  const silent = report.targets
    .filter((target) => target.declared && target.calls === 0)
    .filter((target) => !report.flagged.some((entry) => entry.target === target.name))
    .map((target) => ({
      ...place([], file),
      annotation_level: 'warning' as const,
      title: title(`Target ${target.name} was never called`),
      message: message(
        'No call reached it through its gate. If the suite did reach it, it went around the gate.',
      ),
    }));
  const grave = flagged.filter((entry) => entry.annotation_level === 'failure');
  return [...grave, ...silent, ...flagged.filter((entry) => entry.annotation_level !== 'failure')];
}

const levels = ['failure', 'warning', 'notice'] as const;

/** What one check run gets of many annotations: the gravest, of which the last says how many were left out. */
export function inCheck(all: readonly Annotation[], policyFile: string | null): readonly Annotation[] {
  if (all.length <= maximumInCheck) return all;
  const gravest = levels.flatMap((level) => all.filter((entry) => entry.annotation_level === level));
  const shown = gravest.slice(0, maximumInCheck - 1);
  const rest: Annotation = {
    ...place([], policyFile),
    annotation_level: gravest[shown.length]?.annotation_level ?? 'notice',
    title: `${all.length - shown.length} more are not annotated here`,
    message: `A check run gets ${maximumInCheck} annotations, the gravest. ${elsewhere}`,
  };
  return [...shown, rest];
}

const elsewhere = `The job summary lists the gravest ${maximumRows} flagged runtime actions, the report (the artifact jit-…) up to 5,000.`;

/** What an annotation says of a flagged runtime action; run and App both have this much. */
export interface AnnotatedAction
  extends Pick<Flagged, 'id' | 'form' | 'outcome' | 'target' | 'reason' | 'count' | 'unbindable' | 'origin'> {
  readonly deniedBy: string | null;
  readonly ruleAt: Flagged['ruleAt'];
  readonly unknown: readonly string[];
  /** What checks expected and met, one sentence each. */
  readonly checks: readonly string[];
  /** What is to be done once it is approved; nothing where the App does it. */
  readonly afterApproval?: string | null;
}

const outcomes: Readonly<
  Record<Flagged['outcome'], { level: Annotation['annotation_level']; words: string }>
> = {
  held: { level: 'failure', words: 'Held' },
  denied: { level: 'failure', words: 'Denied' },
  granted: { level: 'notice', words: 'Ran as approved' },
  unapproved: { level: 'warning', words: 'Ran, approved by nobody:' },
  'would-hold': { level: 'notice', words: 'Recorded, would be held:' },
  'would-deny': { level: 'notice', words: 'Recorded, would be denied:' },
};

/** Where it was caused, else at the rule, else at the top of `policyFile`. */
export function actionAnnotation(action: AnnotatedAction, policyFile: string | null): Annotation {
  const { level, words } = outcomes[action.outcome];
  const details = cut(visible(formText(action.form)), maximumDetails, { as: 'text', unit: 'bytes' });
  return {
    ...place([action.origin, action.ruleAt], policyFile),
    annotation_level: level,
    title: title(`${words} ${action.id}: ${formLine(action.form, 120)}`),
    message: message(sentences(action)),
    raw_details: details === '' ? '‹empty›' : details,
  };
}

/** A line per thought; every line starts with a word of ours. */
function sentences(action: AnnotatedAction): string {
  const after = action.afterApproval ? [action.afterApproval] : [];
  const approve =
    action.unbindable === null
      ? [`To approve: comment "/approve ${action.id}" on the pull request.`, ...after].join(' ')
      : `Cannot be approved: ${plain(action.unbindable)}`;
  return [
    `On ${plain(action.target)}, ${action.count === 1 ? 'once' : `${action.count} times`}.`,
    `Why: ${plain(action.reason)}`,
    ...[recordedSentence(action.outcome)].filter((sentence) => sentence !== null),
    ...(action.deniedBy === null ? [] : [`By: ${plain(action.deniedBy)}`]),
    ...action.unknown.slice(0, 5).map((why) => `Unknown: ${plain(why)}`),
    ...action.checks.slice(0, 5).map((check) => `Check: ${plain(check)}`),
    ...(action.outcome === 'held' ? [approve] : []),
  ].join('\n');
}

type Place = Pick<Annotation, 'path' | 'start_line' | 'end_line'>;

function place(places: readonly Flagged['origin'][], policyFile: string | null): Place {
  const found = [...places, { file: policyFile ?? '', line: 1 }].find(
    (at) => at !== null && isRepositoryPath(at.file) && at.line <= maximumLine,
  );
  const line = found?.line ?? 1;
  return { path: found?.file ?? '.github', start_line: line, end_line: line };
}

/** Relative, inside the repository, and of characters that people can read. */
function isRepositoryPath(file: string): boolean {
  if (file === '' || file.length > 500 || /^[/~]|^[A-Za-z]:|\\/.test(file)) return false;
  return !file.split('/').includes('..') && visible(file) === file && !/[\n\t]/.test(file);
}

function title(text: string): string {
  return cut(plain(text), maximumTitle, { as: 'line' });
}

function message(text: string): string {
  return cut(text, maximumMessage, { as: 'text' });
}

/** The runner keeps ten annotations of each kind per step and cuts messages at 4,096 characters. */
const maximumPerKind = 10;
const maximumCommandMessage = 4_096;
const commands = { failure: 'error', warning: 'warning', notice: 'notice' } as const;

/** Workflow commands, one line each, the gravest ten of each kind; the tenth says what was left out. */
export function workflowCommands(report: Report): string[] {
  const all = annotations(report);
  return levels.flatMap((level) => {
    const ofLevel = all.filter((entry) => entry.annotation_level === level);
    if (ofLevel.length <= maximumPerKind) return ofLevel.map(workflowCommand);
    const shown = ofLevel.slice(0, maximumPerKind - 1);
    return [
      ...shown.map(workflowCommand),
      workflowCommand(leftOut(report, level, ofLevel.length - shown.length)),
    ];
  });
}

function leftOut(report: Report, level: Annotation['annotation_level'], count: number): Annotation {
  return {
    ...place([], report.policy[0]?.file ?? null),
    annotation_level: level,
    title: `${count} more of this kind are not annotated here`,
    message: `GitHub shows ten of a kind per step. ${elsewhere}`,
  };
}

function workflowCommand(annotation: Annotation): string {
  const { path, start_line, end_line } = annotation;
  const properties = [
    `file=${commandProperty(path)}`,
    `line=${start_line}`,
    `endLine=${end_line}`,
    `title=${commandProperty(annotation.title)}`,
  ];
  // a job's log shows no titles
  const text = cut(`${annotation.title}\n${annotation.message}`, maximumCommandMessage, { as: 'text' });
  return `::${commands[annotation.annotation_level]} ${properties.join(',')}::${commandData(text)}`;
}
