import { isAbsolute, relative } from 'node:path';
import type { JobObserver, RunnerAnnotation } from '../contract.ts';
import type { Masker } from './masker.ts';

/** Annotations of each kind that the runner keeps per top-level step; a composite action is one step. */
const perKind = 10;
/** Characters of an annotation's message that the runner keeps. */
const messageLimit = 4096;

type Level = RunnerAnnotation['level'];

interface IssueDetails {
  readonly title?: string | undefined;
  readonly file?: string | undefined;
  readonly line?: string | undefined;
  readonly endLine?: string | undefined;
}

/** Errors, warnings and notices of one top-level step: written to the log, and the first ten of a kind kept. */
export interface Issues {
  add(level: Level, message: string, details?: IssueDetails): void;
}

const tags: Readonly<Record<Level, string>> = { failure: 'error', warning: 'warning', notice: 'notice' };

function lineNumber(text: string | undefined, fallback: number): number {
  const line = Number(text);
  return Number.isSafeInteger(line) && line > 0 ? line : fallback;
}

export function createIssues(observer: JobObserver, masker: Masker, workspace: string): Issues {
  const counts: Record<Level, number> = { failure: 0, warning: 0, notice: 0 };
  const pathOf = (file: string | undefined): string => {
    // Without a file GitHub shows the annotation at `.github`.
    if (file === undefined || file === '') return '.github';
    return isAbsolute(file) ? relative(workspace, file) : file;
  };
  return {
    add(level, message, details = {}) {
      const masked = masker.mask(message);
      for (const line of `##[${tags[level]}]${masked}`.split(/\r?\n/)) observer.log(line);
      if (++counts[level] > perKind) return;
      const startLine = lineNumber(details.line, 1);
      observer.annotation({
        level,
        message: masked.slice(0, messageLimit),
        title: details.title ? masker.mask(details.title) : null,
        path: pathOf(details.file),
        startLine,
        endLine: Math.max(startLine, lineNumber(details.endLine, startLine)),
      });
    },
  };
}
