import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { ExitCode, JitError } from '../../errors.ts';
import type { Ledger } from '../../ledger/port.ts';
import type { Verified } from '../../ledger/verify.ts';
import { terminalLine } from '../../report/escape.ts';

interface Place {
  readonly ledger?: string;
}

const place = [
  '--ledger <place>',
  'SQLite file (default: DATABASE_URL, else LEDGER, else ./jit-approval.sqlite)',
] as const;
const exits = '78 when the ledger cannot be read;\n64 for wrong arguments.';

/** What the App's ledger can be asked beside the App, running or not. The ledger is loaded when it is asked. */
export function addLedger(program: Command, exit: (code: number) => void): void {
  const ledger = program
    .command('ledger')
    .description("check, export or copy the App's ledger: who decided what, and when")
    .addHelpText('after', '\nExample:\n  DATABASE_URL=postgresql://… jit-approval ledger verify');
  ledger
    .command('verify')
    .description('follow the hash chain of every repository from its first fact to its newest')
    .option(...place)
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  jit-approval ledger verify --ledger /var/lib/jit/ledger.sqlite\n\n' +
        'Names the first broken fact of each repository. Keep the newest hashes elsewhere\n' +
        'to see later that nothing was cut off the end.\n\n' +
        `Exits 0; 1 when a chain is broken; ${exits}`,
    )
    .action(async (options: Place & { json: boolean }) => exit(await verify(options)));
  ledger
    .command('export')
    .description('print every fact as JSON Lines, with what its hash is made of')
    .option(...place)
    .option('--since <instant>', 'facts recorded then or later, as 2026-11-01 or 2026-11-01T08:00:00Z')
    .addHelpText(
      'after',
      '\nExample:\n  jit-approval ledger export --since 2026-11-01 > facts.jsonl\n\n' +
        `What was forgotten has "fact": null. Exits 0; ${exits}`,
    )
    .action(async (options: Place & { since?: string }) => exit(await exportFacts(options)));
  ledger
    .command('backup')
    .description('copy a SQLite ledger into a new file, also while the App writes to it')
    .argument('<file>', 'the file to write; it must not exist')
    .option(...place)
    .addHelpText(
      'after',
      '\nExample:\n  jit-approval ledger backup /backup/ledger-2026-11-23.sqlite\n\n' +
        `A ledger in PostgreSQL is copied by pg_dump --schema=jit_approval.\n\nExits 0; ${exits}`,
    )
    .action(async (file: string, options: Place) => exit(await backup(file, options)));
}

/** As the App finds it, so that both mean the same ledger in the same environment. */
function placeOf({ ledger }: Place): string {
  const { DATABASE_URL, LEDGER } = process.env;
  return ledger ?? (DATABASE_URL || LEDGER || './jit-approval.sqlite');
}

async function withLedger<T>(options: Place, work: (ledger: Ledger) => Promise<T>): Promise<T> {
  const { openLedger } = await import('../../ledger/open.ts');
  const ledger = await openLedger(placeOf(options), { readOnly: true });
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

async function verify(options: Place & { json: boolean }): Promise<number> {
  const { verifyLedger } = await import('../../ledger/verify.ts');
  const chains = await withLedger(options, async (ledger) => {
    const found: Verified[] = [];
    for await (const chain of verifyLedger(ledger)) found.push(chain);
    return found;
  });
  const print = (text: string) => process.stdout.write(`${text}\n`);
  if (options.json) print(JSON.stringify({ chains }, null, 2));
  else if (chains.length === 0) print('The ledger is empty.');
  else for (const chain of chains) print(chainText(chain));
  return chains.some(({ broken }) => broken !== null) ? ExitCode.failed : ExitCode.passed;
}

function chainText({ repository, links, forgotten, hash, broken }: Verified): string {
  const name = terminalLine(repository, 79);
  const facts = `${links} facts as they were recorded${forgotten === 0 ? '' : `, ${forgotten} of them forgotten`}`;
  if (broken === null) return [name, `  ${facts}; newest hash`, `  ${hash}`].join('\n');
  const pull = broken.number === null ? '' : `, pull request #${broken.number}`;
  const why = broken.why.split(' ').reduce(wrapped, ['  ']);
  return [name, `  BROKEN at fact ${broken.sequence}${pull}:`, ...why, `  before it ${facts}`].join('\n');
}

function wrapped(lines: readonly string[], word: string): string[] {
  const last = lines.at(-1) ?? '  ';
  const longer = last === '  ' ? `  ${word}` : `${last} ${word}`;
  return longer.length <= 80 ? [...lines.slice(0, -1), longer] : [...lines, `  ${word}`];
}

async function exportFacts(options: Place & { since?: string }): Promise<number> {
  const since = options.since === undefined ? null : instantOf(options.since);
  if (Number.isNaN(since)) {
    const given = terminalLine(JSON.stringify(options.since), 60);
    process.stderr.write(`jit-approval: --since expects 2026-11-01 or 2026-11-01T08:00:00Z, met ${given}.\n`);
    return ExitCode.usage;
  }
  const { exportLedger } = await import('../../ledger/export.ts');
  async function* lines(ledger: Ledger) {
    for await (const entry of exportLedger(ledger, since)) yield `${JSON.stringify(entry)}\n`;
  }
  await withLedger(options, async (ledger) => {
    await pipeline(Readable.from(lines(ledger)), process.stdout, { end: false }).catch((thrown) => {
      // a reader that has seen enough (head) is no failure
      if (thrown?.code !== 'EPIPE') throw thrown;
    });
  });
  return ExitCode.passed;
}

/** Dates and instants of ISO 8601 only: whatever else Date.parse takes, it takes by local time. */
function instantOf(text: string): number {
  return /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}

async function backup(file: string, options: Place): Promise<number> {
  const { isPostgres } = await import('../../ledger/open.ts');
  const from = placeOf(options);
  if (isPostgres(from)) {
    throw new JitError(
      'ledger-backup',
      'This ledger is in PostgreSQL, whose own tool copies it: pg_dump --schema=jit_approval "$DATABASE_URL" > FILE',
    );
  }
  const { backupSqlite } = await import('../../ledger/sqlite-file.ts');
  backupSqlite(from, file);
  process.stdout.write(`${terminalLine(file, 60)} is written\n`);
  return ExitCode.passed;
}
