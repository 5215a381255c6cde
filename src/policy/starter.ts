/** What a repository shows of the systems that its tests talk to. Names and shapes only, never values. */
export interface Found {
  /** Variables that hold a PostgreSQL URL. */
  readonly postgres: readonly string[];
  /** PGHOST and its like are set one by one. */
  readonly split: boolean;
  /** Variables that hold the base URL of an HTTP service. */
  readonly http: readonly string[];
  /** Third parties by the name of their variables. */
  readonly services: readonly Service[];
  /** Scripts of package.json, or its migration tool, that look like steps of an integration suite, in an order that could run. */
  readonly scripts: readonly Script[];
  /** Workflow files that seem to run it. */
  readonly workflows: readonly string[];
  /** Systems for which there is no gate. */
  readonly others: readonly string[];
}

/** One step of a suite, by what starts it. */
export interface Script {
  readonly name: string;
  readonly role: 'migrate' | 'seed' | 'test';
  readonly run: string;
}

export interface Service {
  readonly name: string;
  readonly host: string;
  /** What costs money or reaches people, as a path. */
  readonly path: string;
  readonly reason: string;
}

/** Third parties that suites reach, by how their variables begin. */
export const services: Readonly<Record<string, Service>> = {
  STRIPE: { name: 'stripe', host: 'api.stripe.com', path: '/**', reason: 'Changes something at Stripe' },
  TWILIO: { name: 'twilio', host: 'api.twilio.com', path: '/**', reason: 'Sends messages by Twilio' },
  SENDGRID: { name: 'sendgrid', host: 'api.sendgrid.com', path: '/**', reason: 'Sends mail by SendGrid' },
  MAILGUN: { name: 'mailgun', host: 'api.mailgun.net', path: '/**', reason: 'Sends mail by Mailgun' },
  SLACK: { name: 'slack', host: 'slack.com', path: '/**', reason: 'Posts to Slack' },
  OPENAI: { name: 'openai', host: 'api.openai.com', path: '/**', reason: 'Costs money at OpenAI' },
};

/** `DATABASE_URL` → `database`; two variables never give one name. */
export function targetName(variable: string): string {
  const name = variable
    .replace(/_?(URL|URI|DSN|BASE|ENDPOINT)$/, '')
    .toLowerCase()
    .replaceAll('_', '-');
  return name === '' ? variable.toLowerCase() : name;
}

/** Rules for what a run did, and what the policy of that run declared, as one line of YAML each. */
export interface Learnt {
  readonly rules: readonly string[];
  readonly targets: Readonly<Record<string, string>>;
  readonly suite: string | null;
}

/** Editors complete and check the file by it. */
const schemaUrl = 'https://raw.githubusercontent.com/jit-approval/jit-approval/v1/jit-approval.schema.json';

/** A commented policy to start with: it records, and is to be enforced once its report looks right. */
export function starterPolicy(found: Found, learnt: Learnt | null = null): string {
  const lines = [
    `# yaml-language-server: $schema=${schemaUrl}`,
    '# Which runtime actions of the tests may run, and which wait for a person.',
    '# Check it: jit-approval check    Try it: jit-approval explain, replay, test',
    'version: 1',
    '',
    '# `record` lets everything run and reports what it would have held or denied.',
    '# When the report looks right, take this line away: what is held then waits.',
    'mode: record',
    '',
    ...(learnt === null
      ? ['# What happens to a runtime action that no rule matches.', 'default: allow']
      : ['# Everything that the recorded run did not do waits for an approval.', 'default: hold']),
    '',
    '# Once the App is installed: its id.',
    '# app: 123456',
    ...section(found.workflows.length > 0, [
      '# What must have reported before the gate can be green.',
      `workflows: [${found.workflows.map(quoted).join(', ')}]`,
    ]),
    ...(learnt === null || learnt.suite === null ? suiteOf(found) : ['', `suite: ${learnt.suite}`]),
    ...targetsOf(found, learnt?.targets ?? {}),
    '',
    '# The first write to a PostgreSQL server that is not proven to be thrown away',
    '# waits for a person, who is shown who the server says that it is.',
    'guards: { target-identity: true }',
    '',
    '# Who may approve what is held, unless a rule says otherwise.',
    'approvals:',
    '  count: 1',
    '  from: { role: maintain }',
    '',
    ...(learnt?.rules ?? rulesOf(found)),
  ];
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

function section(present: boolean, lines: readonly string[]): string[] {
  return present ? ['', ...lines] : [];
}

function suiteOf({ scripts }: Found): string[] {
  const taken = new Set<string>();
  const steps = scripts.flatMap(({ name, run }) => {
    const id = name.replace(/[^A-Za-z0-9_-]/g, '-').replace(/^[^A-Za-z_]/, '_');
    return taken.size < taken.add(id).size ? [{ id, run }] : [];
  });
  if (steps.length === 0) {
    return [
      '',
      '# The steps of the suite; held ones run again once they are approved.',
      '# suite:',
      '#   steps:',
      '#     - { id: test, run: npm run test:integration }',
    ];
  }
  return [
    '',
    '# The steps of the suite; a step without `needs` needs all steps above it.',
    'suite:',
    '  steps:',
    ...steps.map(({ id, run }) => `    - { id: ${quoted(id)}, run: ${quoted(run)} }`),
  ];
}

/** Names of the targets that the starter will declare. */
export function declaredBy(found: Found, given: Learnt['targets']): string[] {
  return targetsOf(found, given).flatMap((line) => /^ {2}([^ #:]+): /.exec(line)?.[1] ?? []);
}

function targetsOf(found: Found, given: Learnt['targets']): string[] {
  const named = new Set<string>();
  const line = (name: string, spec: string) =>
    named.size < named.add(name).size ? [`  ${name}: ${spec}`] : [];
  const lines = [
    ...Object.entries(given).flatMap(([name, spec]) => line(name, spec)),
    ...found.postgres.flatMap((env) =>
      line(targetName(env), `{ postgres: { env: ${env} }, disposable: false }`),
    ),
    ...(found.split && found.postgres.length === 0
      ? line(
          'database',
          '{ postgres: { host: PGHOST, port: PGPORT, user: PGUSER, password: PGPASSWORD, database: PGDATABASE } }',
        )
      : []),
    ...found.http.flatMap((env) => line(targetName(env), `{ http: { env: ${env} } }`)),
    ...found.services.flatMap(({ name, host }) => line(name, `{ http: { host: ${host} } }`)),
  ];
  return [
    '',
    '# The real systems behind the gates. `disposable: true` for one that is thrown',
    '# away after the run.',
    ...(lines.length > 0
      ? ['targets:', ...lines]
      : ['# targets:', '#   database: { postgres: { env: DATABASE_URL } }']),
    ...found.others.map((name) => `# ${name}: there is no gate for it; calls to it are not seen.`),
  ];
}

function rulesOf(found: Found): string[] {
  const hasSql = found.postgres.length > 0 || found.split;
  const migrate = found.scripts.find(({ role }) => role === 'migrate');
  const step = migrate?.name.replace(/[^A-Za-z0-9_-]/g, '-');
  const sql = [
    '  # Every row of a table: rarely meant.',
    '  - id: whole-table',
    '    on: { sql: { operation: [delete, update] } }',
    "    when: '!action.where'",
    '    hold: { reason: Changes every row of a table }',
    '',
    '  - id: schema-changes',
    '    on: { sql: { operation: [drop, truncate, alter] } }',
    ...(step === undefined ? [] : [`    unless: ['run.step == "${step}"']`]),
    '    hold: { reason: Changes the schema outside of migrations }',
    '',
  ];
  const http = found.services.flatMap(({ name, path, reason }) => [
    `  - id: ${name}-writes`,
    `    on: { http: { target: ${name}, method: [POST, PUT, PATCH, DELETE], path: '${path}' } }`,
    `    hold: { reason: ${reason} }`,
    '',
  ]);
  const rules = [...(hasSql ? sql : []), ...http];
  const commands = [
    '  # jit-approval guard --kind deploy -- ./deploy.sh staging',
    '  - id: deploys',
    '    on: { command: { name: deploy } }',
    '    hold: { reason: Deploys to a shared environment }',
  ];
  return ['# The strictest rule that matches wins, whatever the order.', 'rules:', ...rules, ...commands];
}

/** A word of YAML that means itself. */
export function quoted(text: string): string {
  return /^[A-Za-z][A-Za-z0-9_.-]*$/.test(text) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
