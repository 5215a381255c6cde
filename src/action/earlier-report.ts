import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Report, reportSchema } from '../report/schema.ts';

/**
 * This job's report of its highest earlier attempt, among the downloaded ones; null when there is none that
 * can be read. It decides only what is skipped to save time, never what is allowed.
 */
export function earlierReport(folder: string | undefined, run: Report['run']): Report | null {
  if (folder === undefined || folder === '') return null;
  const reports = globSync('**/report.json', { cwd: folder }).flatMap((file) => {
    const report = read(path.join(folder, file));
    const same =
      report?.run.runId === run.runId && report.run.job === run.job && report.run.attempt < run.attempt;
    return report !== null && same ? [report] : [];
  });
  return reports.sort((a, b) => b.run.attempt - a.run.attempt)[0] ?? null;
}

function read(file: string): Report | null {
  try {
    return reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}
