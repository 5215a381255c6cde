import type { PolicyText } from './parse.ts';
import type { Problem } from './problem.ts';
import { extendedPath, type PolicySpec } from './schema/policy.ts';
import { YamlFile } from './yaml-file.ts';

/** Keys that say something of the run as a whole stand in the main file, where people look for them. */
const ofTheMainFile = [
  'mode',
  'app',
  'workflows',
  'unreported',
  'without-pull-request',
  'organisation',
  'suite',
] as const;
const notOfAnOrganisation = ['organisation', 'suite'] as const;

/** What a text must not say where it stands, and what must stand beside it. */
export function standingProblems(
  spec: PolicySpec,
  file: YamlFile,
  text: PolicyText,
  all: readonly PolicyText[],
): Problem[] {
  const { from } = text.source;
  const extending = extendsOf(spec);
  if (text.extended === true || from === 'organisation') {
    const where = text.extended === true ? 'an extended file' : "an organisation's policy";
    const refused: readonly string[] = text.extended === true ? ofTheMainFile : notOfAnOrganisation;
    const given = ['extends', ...refused].filter((key) => keysOf(file).includes(key));
    return given.map((key) =>
      file.keyProblem(
        [],
        key,
        key === 'extends' ? `${where} cannot extend another file` : `"${key}" cannot stand in ${where}`,
        null,
      ),
    );
  }
  const beside = all.filter((other) => other.extended === true && other.source.from === from);
  return [
    ...extending
      .filter((name) => !beside.some((other) => other.source.file === name))
      .map((name) => file.problem(['extends'], `${name} was not read`)),
    ...unreadOrganisation(spec, file, from, all),
  ];
}

/** Locally there is no organisation to ask; everywhere else its absence is what `required` refuses. */
function unreadOrganisation(
  spec: PolicySpec,
  file: YamlFile,
  from: PolicyText['source']['from'],
  all: readonly PolicyText[],
): Problem[] {
  if (spec.organisation !== 'required' || from === 'working-tree') return [];
  if (all.some(({ source }) => source.from === 'organisation')) return [];
  return [
    file.problem(
      ['organisation'],
      "the organisation's policy is required and could not be read: its .github repository has no jit-approval.yml, or this token cannot see it",
      'a token that may read the .github repository',
    ),
  ];
}

/** The files that a text extends; none when that cannot be read, which `loadPolicy` says. */
export function extendedFiles(text: string): readonly string[] {
  if (YamlFile.tooLarge('', text) !== null) return [];
  const read = new YamlFile('', text).value();
  if (!read.ok || typeof read.value !== 'object' || read.value === null) return [];
  const { extends: given } = { extends: undefined, ...read.value };
  const names: readonly unknown[] = Array.isArray(given) ? given : [given];
  return names
    .flatMap((name) => (typeof name === 'string' && extendedPath.test(name) ? [name] : []))
    .slice(0, 3);
}

function extendsOf(spec: PolicySpec): readonly string[] {
  return typeof spec.extends === 'string' ? [spec.extends] : (spec.extends ?? []);
}

function keysOf(file: YamlFile): readonly string[] {
  const read = file.value();
  return read.ok && typeof read.value === 'object' && read.value !== null ? Object.keys(read.value) : [];
}
