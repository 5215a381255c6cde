import type { AnalyseSoon } from '../policy/sql/analyse.ts';
import type { SqlThread } from '../targets/sql-thread.ts';

/** What the PostgreSQL gates of a run read statements by: small ones here, large ones in the run's thread. */
export async function loadAnalyser(thread: SqlThread): Promise<AnalyseSoon> {
  const [{ createAnalyser }, { largeElsewhere }, { loadSqlParser }] = await Promise.all([
    import('../policy/sql/analyse.ts'),
    import('../policy/sql/large.ts'),
    import('../targets/sql-parser.ts'),
  ]);
  return largeElsewhere(createAnalyser(await loadSqlParser()), (text, options) =>
    thread.analyse(text, options),
  );
}
