import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Report } from '../report/schema.ts';

/**
 * This job's reports of earlier attempts of its run that can be read, the highest last. Anybody may have written
 * them: they decide what is skipped to save time, never what is allowed.
 */
export async function earlierReports(
  folder: string | undefined,
  run: Report['run'],
): Promise<readonly Report[]> {
  if (folder === undefined || folder === '') return [];
  const files = globSync('**/report.json', { cwd: folder });
  const reports = await Promise.all(files.map((file) => read(path.join(folder, file))));
  return reports
    .filter((report) => report !== null)
    .filter((report) => report.run.runId === run.runId && report.run.job === run.job)
    .filter((report) => report.run.attempt < run.attempt)
    .sort((a, b) => a.run.attempt - b.run.attempt);
}

async function read(file: string): Promise<Report | null> {
  // a first attempt starts without what only a later one reads
  const { reportSchema } = await import('../report/schema.ts');
  try {
    return reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}
