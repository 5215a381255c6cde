import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { missingText } from '../github/policy-source.ts';
import { type Loaded, loadPolicy, type PolicyText, type Problem } from '../policy/parse.ts';
import { extendedFiles } from '../policy/standing.ts';
import type { JobContext } from './job-context.ts';

/**
 * The policy that the pull request brings, where it differs from the one that judges: united with what the base's
 * is united with, as it would be once merged. Null where it changes nothing, or where it is what judges.
 */
export async function proposedPolicy(
  context: JobContext,
  texts: readonly PolicyText[],
): Promise<{ readonly loaded: Loaded; readonly file: string } | null> {
  const [first, ...others] = texts;
  if (first === undefined || first.source.from === 'head' || context.run.pullRequest === null) return null;
  const { file } = first.source;
  const text = await headText(context, file);
  if (text === null) return { loaded: { ok: false, problems: [gone(file)] }, file };
  const proposed: PolicyText = { text, source: { ...first.source, commit: context.run.head } };
  const extended = await Promise.all(
    extendedFiles(text).map((name) => extendedText(context, proposed, name)),
  );
  const replaced = others.filter((other) => isExtendedBy(first, other));
  if (sameTexts([first, ...replaced], [proposed, ...extended])) return null;
  const staying = others.filter((other) => !isExtendedBy(first, other));
  return { loaded: loadPolicy([proposed, ...extended, ...staying]), file };
}

function isExtendedBy(first: PolicyText, other: PolicyText): boolean {
  return other.extended === true && other.source.from === first.source.from;
}

async function extendedText(context: JobContext, main: PolicyText, name: string): Promise<PolicyText> {
  const text = await headText(context, name);
  if (text === null) {
    return missingText(main.source, name, `${main.source.file} extends it, but this commit does not have it`);
  }
  return { text, source: { ...main.source, file: name }, extended: true };
}

function sameTexts(some: readonly PolicyText[], others: readonly PolicyText[]): boolean {
  const plain = (all: readonly PolicyText[]) =>
    JSON.stringify(all.map(({ text, source }) => [source.file, text]));
  return plain(some) === plain(others);
}

function gone(file: string): Problem {
  return { file, line: 1, column: 1, message: 'this pull request takes the policy away', allowed: null };
}

/**
 * A text of the head, of which only the `suite` counts; null when it is not in the workspace. What a link of the
 * pull request points to elsewhere on this machine is no text of it.
 */
export async function headText(context: JobContext, file: string): Promise<string | null> {
  try {
    const top = await realpath(context.workspace);
    const found = await realpath(path.join(top, file));
    return found.startsWith(top + path.sep) ? await readFile(found, 'utf8') : null;
  } catch {
    return null;
  }
}
