import * as z from 'zod';
import { descriptions } from './descriptions.ts';
import { policySchema } from './policy.ts';

/** The policy file as JSON Schema 2020-12, for editors. `jit-approval check` knows more: names, patterns, CEL. */
export function policyJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(policySchema, { io: 'input', target: 'draft-2020-12' });
  const described = nodeSchema.parse(rest);
  walk(described, (path, node) => {
    const meaning =
      node.description ?? descriptions[path] ?? branches(node).find((one) => one.description)?.description;
    if (meaning !== undefined) node.description = meaning;
  });
  return {
    $schema,
    title: 'JIT Approval policy',
    description: 'Which runtime actions of an integration suite pass, wait for a person, or are denied',
    ...described,
  };
}

const nodeSchema = z.looseObject({
  /** Several where any of some scalars is taken. */
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  get properties() {
    return z.record(z.string(), nodeSchema).optional();
  },
  get items() {
    return nodeSchema.optional();
  },
  get anyOf() {
    return z.array(nodeSchema).optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), nodeSchema]).optional();
  },
});
type Node = z.infer<typeof nodeSchema>;

/** README's table: a line per key, in the order of the schema. */
export function policyReference(): string[] {
  const rows = new Map<string, string>();
  walk(nodeSchema.parse(policyJsonSchema()), (path, node) => {
    const forms = [...new Set(branches(node).map(formOf))].filter((form) => form !== '');
    const byDefault = JSON.stringify(node.default) ?? '';
    const value = /^(\{\}|\[\]|)$/.test(byDefault) ? '' : `\`${byDefault.replaceAll('"', '')}\``;
    const row = `| \`${path}\` | ${cell(forms.join(', '))} | ${cell(node.description ?? '')} | ${value} |`;
    if (!rows.has(path)) rows.set(path, row);
  });
  return ['| key | value | meaning | default |', '| --- | --- | --- | --- |', ...rows.values()];
}

/** Keys that are explained elsewhere: exceptions are matchers as in `on`, approvals those of the whole file. */
function isExplained(path: string): boolean {
  return path === 'rules[].unless' || (path.endsWith('.approvals') && path !== 'approvals');
}

/** Every key with its path, in the order of the schema. */
function walk(node: Node, visit: (path: string, node: Node) => void, path = ''): void {
  for (const branch of branches(node)) {
    for (const [key, inner] of Object.entries(branch.properties ?? {})) {
      const at = path === '' ? key : `${path}.${key}`;
      visit(at, inner);
      if (!isExplained(at)) walk(inner, visit, at);
    }
    if (branch.items !== undefined) walk(branch.items, visit, `${path}[]`);
    const { additionalProperties } = branch;
    if (typeof additionalProperties === 'object') walk(additionalProperties, visit, `${path}.NAME`);
  }
}

function branches(node: Node): readonly Node[] {
  return node.anyOf === undefined ? [node] : node.anyOf.flatMap(branches);
}

function formOf(node: Node): string {
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (node.type === 'array') return node.items === undefined ? 'list' : `list of ${namesOf(node.items)}`;
  return typesOf(node)
    .map((type) => words[type] ?? type)
    .join(', ');
}

function typesOf({ type }: Node): readonly string[] {
  return type === undefined ? [] : [type].flat();
}

const words: Readonly<Record<string, string>> = {
  object: 'map',
  string: 'text',
  integer: 'whole number',
  boolean: '`true`, `false`',
};

function namesOf(item: Node): string {
  const plural: Readonly<Record<string, string>> = { object: 'maps', string: 'texts' };
  const forms = branches(item).map((one) => plural[typesOf(one)[0] ?? ''] ?? formOf(one));
  return [...new Set(forms)].join(' or ');
}

/** A cell has no line breaks, and a bar in it would end it. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}
