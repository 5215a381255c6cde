/** Writes the tables of README.md and docs/ that mirror action.yml and schemas, between their markers. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { variableRows } from '../src/app/variables.ts';
import { describedFields } from '../src/policy/expression-fields.ts';
import { permissionTable } from '../test/app/permission-table.ts';

interface Entry {
  readonly description: string;
  readonly default?: string;
}

const root = path.resolve(import.meta.dirname, '..');
const action: { inputs: Record<string, Entry>; outputs: Record<string, Entry> } = parse(
  readFileSync(path.join(root, 'action.yml'), 'utf8'),
);

const inputs = Object.entries(action.inputs).map(
  ([name, { description, default: value }]) =>
    `| \`${name}\` | ${description} | ${value ? `\`${value}\`` : ''} |`,
);
const outputs = Object.entries(action.outputs).map(
  ([name, { description }]) => `| \`${name}\` | ${description} |`,
);

function between(text: string, marker: string, lines: readonly string[]): string {
  const pattern = new RegExp(`(<!-- ${marker} -->\\n)[\\s\\S]*?(<!-- end -->)`);
  if (!pattern.test(text)) throw new Error(`there is no marker "<!-- ${marker} -->"`);
  return text.replace(pattern, (_, start: string, end: string) => `${start}\n${lines.join('\n')}\n\n${end}`);
}

const file = path.join(root, 'README.md');
let text = readFileSync(file, 'utf8');
text = between(text, 'inputs', ['| input | meaning | default |', '| --- | --- | --- |', ...inputs]);
text = between(text, 'outputs', ['| output | meaning |', '| --- | --- |', ...outputs]);
const fields = describedFields.flatMap(({ prefix, of, fields: described }) =>
  Object.entries(described).map(
    ([name, [type, means]]) => `| \`${prefix}${name}\` | ${of} | \`${type}\` | ${means} |`,
  ),
);
text = between(text, 'fields', ['| field | of | type | meaning |', '| --- | --- | --- | --- |', ...fields]);
writeFileSync(file, text);

const permissions = path.join(root, 'docs/who-may-decide.md');
writeFileSync(permissions, between(readFileSync(permissions, 'utf8'), 'permissions', permissionTable()));

const operating = path.join(root, 'docs/operating.md');
const variables = variableRows().map(({ name, means, unset }) => `| \`${name}\` | ${means} | ${unset} |`);
const header = ['| variable | meaning | without it |', '| --- | --- | --- |'];
const guide = readFileSync(operating, 'utf8');
writeFileSync(operating, between(guide, 'variables', [...header, ...variables]));
