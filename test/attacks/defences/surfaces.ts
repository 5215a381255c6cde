import type { Defence } from './defence.ts';

const deceiving = 'test/attacks/deceiving-text.test.ts';
const environment = 'test/attacks/environment-of-the-suite.test.ts';
const escapes = 'src/report/escape.ts';
const terminal = 'the terminal and the job log get no escape sequence and no workflow command';

const shown = (defence: string, before: string, after: string, title: string, file = escapes): Defence => ({
  attack: 'S13',
  defence,
  file,
  before,
  after,
  falls: { [deceiving]: title },
});

/** S11 and S13: what foreign text may do where people read it, and what a suite may find on its machine. */
export const surfaces: readonly Defence[] = [
  shown(
    'what cannot be seen is named',
    'return text.replace(hidden, by).replace(piled, by);',
    'return text.replace(piled, by);',
    'right-to-left overrides and invisible letters in a statement are named',
  ),
  shown(
    'a fence is longer than any in its content',
    'const [ticks, tildes] = [longestRun(body, /`+/g), longestRun(body, /~+/g)];',
    'const [ticks, tildes] = [0 * longestRun(body, /`+/g), 0];',
    "a hold's check run lets no foreign text act",
  ),
  shown(
    'a code span is longer than any in its content',
    "const ticks = '`'.repeat(longestRun(body, /`+/g) + 1);",
    "const ticks = '`';",
    'the comment lets no foreign text act',
  ),
  shown(
    'no line of a fence begins as a command',
    'const body = withoutCommands(visible(text));',
    'const body = visible(text);',
    "a hold's check run lets no foreign text act",
  ),
  shown(
    'mentions, links and references are broken',
    'return withoutCommands(oneLine(text)).replace(linkable, (found) =>',
    'return withoutCommands(oneLine(text)).replace(/(?!)/g, (found) =>',
    'the gate lets no foreign text act',
  ),
  shown(
    'the signs of Markdown are escaped',
    ".replace(/[\\\\`*_[\\]<>|~$&!#]/g, '\\\\$&')",
    '',
    'the job summary lets no foreign text act, in tables and diagrams too',
  ),
  shown(
    'a cell of a table keeps its bars',
    "return inlineCode(text).replaceAll('|', '\\\\|');",
    'return inlineCode(text);',
    'the job summary lets no foreign text act, in tables and diagrams too',
  ),
  {
    ...shown(
      'no escape sequence reaches a terminal',
      'return visible(text)\n    .replaceAll(',
      'return text\n    .replaceAll(',
      terminal,
    ),
    also: [
      {
        file: escapes,
        before: 'const lines = visible(text).replaceAll(',
        after: 'const lines = text.replaceAll(',
      },
    ],
  },
  shown(
    'no line of a log is a workflow command',
    ".replace(/(^|\\s):(?=:)/g, (_, before: string) => `${before}${codePoint(':')}`);",
    ';',
    terminal,
  ),
  shown(
    'no part of a line of a log is an old workflow command',
    ".replaceAll('##[', `##${codePoint('[')}`)",
    '',
    terminal,
  ),
  {
    attack: 'S13',
    defence: 'nor does a guarded command make one',
    file: 'src/gates/command/guard.ts',
    before: 'tell(`jit-approval: ${terminalLine(line, longestLine)}`);',
    after: 'tell(`jit-approval: ${line}`);',
    falls: {
      'test/gates/command/guard.test.ts':
        'what it says is plain text for a terminal, and no workflow command for a runner',
    },
  },
  shown(
    'a value is quoted as its language quotes',
    "if (kind === 'sql') return sqlLiteral(value.text);",
    "if (kind === 'sql') return `'${value.text}'`;",
    'a value that closes its quote, its fence and its cell is still shown as a value',
    'src/report/form-text.ts',
  ),
  shown(
    'a diagram holds ids alone',
    "return id.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 40);",
    'return id;',
    'the job summary lets no foreign text act, in tables and diagrams too',
    'src/report/timeline.ts',
  ),
  {
    attack: 'S11',
    defence: 'the program of the action has no secret in its environment',
    file: 'src/action/launch.sh',
    before: 'exec env -i \\\n',
    after: 'exec env \\\n',
    falls: {
      'test/attacks/secrets-in-proc-environ.test.ts':
        'no process of the user has a secret of the step in its environment once the program runs',
    },
  },
  {
    attack: 'S11',
    defence: 'the suite gets nothing by which it could speak for the job',
    file: 'src/suite/environment.ts',
    before: '!scrubbed.some((pattern) => pattern.test(name))',
    after: 'scrubbed.length > 0',
    falls: { [environment]: 'nothing by which a process could speak for the job reaches the suite' },
  },
  {
    attack: 'S11',
    defence: 'what a gate took over does not lead around it',
    file: 'src/suite/environment.ts',
    before: '!gone.has(name) &&',
    after: '',
    falls: { [environment]: 'the address that a gate took over does not reach the suite, in any spelling' },
  },
  {
    attack: 'S11',
    defence: 'no step sets what leads around a gate',
    file: 'src/suite/environment.ts',
    before: "if (among(takenOver)) return 'a gate took it over: what it held leads to the real system';",
    after: '',
    falls: { [environment]: 'no step sets what is kept from it' },
  },
  {
    attack: 'target-identity',
    defence: 'an approval of a server is bound to its database and to its cluster',
    file: 'src/policy/target-identity.ts',
    before: "text('database', database),",
    after: "text('database', null),",
    falls: {
      'test/attacks/target-identity-in-a-report.test.ts':
        'a held server is approved like any action, and another database of it is not approved with it',
    },
  },
];
