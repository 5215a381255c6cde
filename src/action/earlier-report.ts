import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Report, reportSchema } from '../report/schema.ts';

/**
 * This job's reports of earlier attempts of its run that can be read, the highest last. Anybody may have written
 * them: they decide what is skipped to save time, never what is allowed.
 */
export function earlierReports(folder: string | undefined, run: Report['run']): readonly Report[] {
  if (folder === undefined || folder === '') return [];
  const reports = globSync('**/report.json', { cwd: folder }).flatMap((file) => {
    const report = read(path.join(folder, file));
    const same =
      report?.run.runId === run.runId && report.run.job === run.job && report.run.attempt < run.attempt;
    return report !== null && same ? [report] : [];
  });
  return reports.sort((a, b) => a.run.attempt - b.run.attempt);
}

function read(file: string): Report | null {
  try {
    return reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}
