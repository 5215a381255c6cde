import {
  type CallAction,
  type CommandAction,
  type HttpAction,
  type Json,
  JsonNumber,
  type RuntimeAction,
  type SqlAction,
  type SqlHole,
  type SqlParam,
} from '../policy/action.ts';
import type { Evidence } from '../policy/evidence.ts';
import type { RuleRef } from '../policy/verdict.ts';
import type { ActionForm, FormValue } from './form.ts';

/** A form, and why nothing can be approved of it (a body too large to read); null when it can. */
export interface BuiltForm {
  readonly form: ActionForm;
  readonly unbindable: string | null;
}

/**
 * The form of a flagged runtime action: shape, values, and the rules that flagged it. Values that every
 * flagging rule leaves open under `varies` become holes; one rule's exception does not speak for another's.
 */
export function buildForm(
  action: RuntimeAction,
  rules: readonly RuleRef[],
  relations: readonly string[] | null,
  evidence: readonly Evidence[] = [],
): BuiltForm {
  const template = new Template();
  const unbindable = fill(template, action, new Set(rules.flatMap((rule) => rule.headers)));
  const open = (name: string) => rules.length > 0 && rules.every((rule) => rule.varies.includes(name));
  const form: ActionForm = {
    kind: action.kind,
    target: action.target.identity,
    role: action.kind === 'sql' ? action.role : null,
    relations: relations === null ? null : [...new Set(relations)].sort(),
    shape: template.shape(),
    values: template.values.map((value) =>
      open(value.name) ? { ...value, type: 'varies' as const, text: '' } : value,
    ),
    ...(evidence.length === 0 ? {} : { evidence: [...evidence] }),
    rules: rules
      .map(({ id, digest }) => ({ id, digest }))
      .sort((a, b) => (a.id === b.id ? (a.digest < b.digest ? -1 : 1) : a.id < b.id ? -1 : 1)),
  };
  return { form, unbindable };
}

/** Text cut at its values. Names are made unique, so that `varying email` always means one of them. */
class Template {
  readonly values: FormValue[] = [];
  readonly #parts: string[] = [''];
  readonly #taken = new Map<string, number>();

  text(text: string): this {
    this.#parts[this.#parts.length - 1] += text;
    return this;
  }

  value(value: FormValue): this {
    const seen = (this.#taken.get(value.name) ?? 0) + 1;
    this.#taken.set(value.name, seen);
    this.values.push(seen === 1 ? value : { ...value, name: `${value.name}#${seen}` });
    this.#parts.push('');
    return this;
  }

  shape(): string[] {
    return this.#parts;
  }
}

function fill(template: Template, action: RuntimeAction, headers: ReadonlySet<string>): string | null {
  switch (action.kind) {
    case 'sql':
      return fillSql(template, action);
    case 'http':
      return fillHttp(template, action, headers);
    case 'command':
      return fillCommand(template, action);
    case 'call':
      return fillCall(template, action);
  }
}

function fillSql(template: Template, action: SqlAction): string | null {
  const { shape, holes } = action.analysis;
  const referenced = new Set<number>();
  let unbindable: string | null = null;
  const parameter = (hole: Pick<SqlHole, 'name' | 'selects'>, number: number) => {
    referenced.add(number);
    const value = parameterValue(hole, action.params[number - 1]);
    if (value === null) unbindable = `parameter $${number} could not be read`;
    else template.value(value);
  };
  shape.forEach((part, index) => {
    template.text(part);
    const hole = holes[index];
    if (hole === undefined) return;
    if (hole.value.from === 'parameter') parameter(hole, hole.value.number);
    else
      template.value({
        name: hole.name,
        type: hole.value.type,
        text: hole.value.text,
        selects: hole.selects,
      });
  });
  // a statement that could not be parsed has no holes, yet its parameters are part of what runs
  action.params.forEach((_, index) => {
    if (referenced.has(index + 1)) return;
    parameter({ name: `$${index + 1}`, selects: true }, index + 1);
  });
  return unbindable;
}

/** PostgreSQL's type OIDs (pg_type.dat) whose text is a number, or a boolean; all else is shown quoted. */
const numberTypes = new Set([20, 21, 23, 26, 700, 701, 1700]);
const booleanType = 16;

function parameterValue(
  hole: Pick<SqlHole, 'name' | 'selects'>,
  param: SqlParam | undefined,
): FormValue | null {
  if (param === undefined) return null;
  const { name, selects } = hole;
  if (!param.value.known) {
    return param.hex === null ? null : { name, type: 'bytes', text: param.hex, selects };
  }
  if (param.value.value === null) return { name, type: 'null', text: '', selects };
  const type = numberTypes.has(param.oid) ? 'number' : param.oid === booleanType ? 'boolean' : 'string';
  return { name, type, text: param.value.value, selects };
}

function fillHttp(template: Template, action: HttpAction, headers: ReadonlySet<string>): string | null {
  const authority = `${action.host.includes(':') ? `[${action.host}]` : action.host}:${action.port}`;
  if (!action.method.known || !action.path.known || !action.query.known) {
    template.text(`TLS tunnel to ${authority}`);
    return null;
  }
  template.text(`${action.method.value} ${action.scheme}://${authority}${action.path.value}`);
  const query = [...action.query.value].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  query.forEach(([key, text], index) => {
    template.text(`${index === 0 ? '?' : '&'}${encodeURIComponent(key)}=`);
    template.value({ name: `query.${key}`, type: 'string', text, selects: true });
  });
  for (const name of [...headers].sort()) {
    const text = action.headers[name];
    if (text === undefined) continue;
    template.text(`\n${name}: `).value({ name: `headers.${name}`, type: 'string', text, selects: false });
  }
  if (action.contentType !== null) template.text(`\ncontent-type: ${action.contentType}`);
  if (action.body.known) {
    if (action.body.value !== null) fillJson(template.text('\n\n'), action.body.value, 'body');
    return null;
  }
  if (action.bodyDigest === null) return `the request's body could not be read: ${action.body.why}`;
  template.text('\n\n');
  template.value({ name: 'body', type: 'bytes', text: `sha256:${action.bodyDigest}`, selects: true });
  return null;
}

function fillCommand(template: Template, action: CommandAction): string | null {
  template.text(`${action.name}:`);
  action.argv.forEach((text, index) => {
    template.text(' ').value({ name: `argv[${index}]`, type: 'string', text, selects: true });
  });
  template.text('\nin ').value({ name: 'cwd', type: 'string', text: action.cwd, selects: true });
  return null;
}

function fillCall(template: Template, action: CallAction): string | null {
  template.text(`${action.name}(`);
  if (action.params.known) fillJson(template, action.params.value, 'params');
  template.text(')');
  return action.params.known ? null : `the parameters could not be read: ${action.params.why}`;
}

/** JSON with sorted keys as shape and every scalar as value: equal texts mean equal documents. */
function fillJson(template: Template, value: Json, name: string): void {
  if (value === null) template.value({ name, type: 'null', text: '', selects: false });
  else if (typeof value === 'boolean')
    template.value({ name, type: 'boolean', text: `${value}`, selects: false });
  else if (typeof value === 'string') template.value({ name, type: 'string', text: value, selects: false });
  else if (JsonNumber.is(value)) template.value({ name, type: 'number', text: value.number, selects: false });
  else if (isArray(value)) {
    template.text('[');
    value.forEach((item, index) => {
      fillJson(template.text(index === 0 ? '' : ', '), item, `${name}[${index}]`);
    });
    template.text(']');
  } else {
    template.text('{');
    Object.keys(value)
      .sort()
      .forEach((key, index) => {
        template.text(`${index === 0 ? '' : ', '}${JSON.stringify(key)}: `);
        fillJson(template, value[key] ?? null, `${name}.${key}`);
      });
    template.text('}');
  }
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
