import { terminalLine } from './escape.ts';

export interface TestResult {
  readonly name: string;
  readonly ok: boolean;
  /** Where the case stands. */
  readonly at: string;
  /** Where case and policy disagree, one sentence each. */
  readonly problems: readonly string[];
}

/** Test Anything Protocol, version 14: https://testanything.org/tap-version-14-specification.html */
export function tap(results: readonly TestResult[]): string {
  const lines = ['TAP version 14', `1..${results.length}`];
  results.forEach(({ name, ok, at, problems }, index) => {
    // "#" and "\" have a meaning of their own in a description
    const safe = terminalLine(name, 300).replaceAll(/[\\#]/g, '\\$&');
    lines.push(`${ok ? 'ok' : 'not ok'} ${index + 1} - ${safe}`);
    if (ok) return;
    lines.push('  ---', `  at: ${JSON.stringify(at)}`, '  problems:');
    for (const problem of problems) lines.push(`    - ${JSON.stringify(terminalLine(problem, 1000))}`);
    lines.push('  ...');
  });
  return `${lines.join('\n')}\n`;
}
