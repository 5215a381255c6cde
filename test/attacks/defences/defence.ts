import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A piece of source by which a defence is taken out: what stands there, and what would stand there without it. */
export interface Cut {
  /** Relative to the repository's root. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly before: string;
  readonly after: string;
}

/** One defence, and the tests that must fail when it is gone. */
export interface Defence extends Cut {
  /** S1 to S18 of `known.ts`, or what else the test's file name says. */
  readonly attack: string;
  /** What protects, in a few words. */
  readonly defence: string;
  /** Further lines of defence behind it, without which alone nothing would be seen. */
  readonly also?: readonly Cut[];
  /** By test file: part of the title of a test in it that must fail. */
  readonly falls: Readonly<Record<string, string>>;
  /** True where the tests run what stands in dist/. */
  readonly built?: true;
}

export function cutsOf({ file, before, after, also = [] }: Defence): readonly Cut[] {
  return [{ file, before, after }, ...also];
}

/** Why a cut cannot be made in the files under `root`, as a sentence; null when it can. */
export function cutProblem(root: string, { file, before, after }: Cut): string | null {
  const found = readFileSync(path.join(root, file), 'utf8').split(before).length - 1;
  if (before === after) return `${file}: "${before}" is replaced by itself.`;
  return found === 1 ? null : `${file}: expected once, met ${found} times: ${before}`;
}

/** Makes the cuts; answers how to undo them. */
export function takeOut(root: string, cuts: readonly Cut[]): () => void {
  const originals = new Map(cuts.map(({ file }) => [file, readFileSync(path.join(root, file), 'utf8')]));
  for (const cut of cuts) {
    const problem = cutProblem(root, cut);
    if (problem !== null) throw new Error(problem);
    const place = path.join(root, cut.file);
    writeFileSync(
      place,
      readFileSync(place, 'utf8').replace(cut.before, () => cut.after),
    );
  }
  return () => {
    for (const [file, text] of originals) writeFileSync(path.join(root, file), text);
  };
}

/** A defence whose attack is named by its one test file. */
export type Row = readonly [
  test: string,
  title: string,
  defence: string,
  file: string,
  before: string,
  after: string,
  ...also: readonly (readonly [file: string, before: string, after: string])[],
];

export function rowsOf(rows: readonly Row[], attack?: string): readonly Defence[] {
  return rows.map(([test, title, defence, file, before, after, ...also]) => ({
    ...{ attack: attack ?? path.basename(test, '.test.ts'), defence, file, before, after },
    also: also.map(([other, from, to]) => ({ file: other, before: from, after: to })),
    falls: { [test]: title },
  }));
}
