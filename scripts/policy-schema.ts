/** Writes jit-approval.schema.json from the schema that reads policies, and README's table of its keys. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { policyJsonSchema, policyReference } from '../src/policy/schema/reference.ts';

const root = path.resolve(import.meta.dirname, '..');
writeFileSync(
  path.join(root, 'jit-approval.schema.json'),
  `${JSON.stringify(policyJsonSchema(), null, 2)}\n`,
);

const file = path.join(root, 'README.md');
const text = readFileSync(file, 'utf8');
const pattern = /(<!-- policy -->\n)[\s\S]*?(<!-- end -->)/;
if (!pattern.test(text)) throw new Error('README.md has no marker "<!-- policy -->"');
const table = policyReference().join('\n');
writeFileSync(
  file,
  text.replace(pattern, (_, start: string, end: string) => `${start}\n${table}\n\n${end}`),
);
