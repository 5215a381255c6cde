import type { ActionForm, FormValue } from '../../../src/approval/form.ts';
import type { Counted, Flagged } from '../../../src/report/schema.ts';
import type { Pull } from '../../../src/sandbox/model.ts';
import { flaggedOf } from './report.ts';
import { granted, idOf, repository, type Stage, type StageOptions, stage } from './stage.ts';

/** What a maintainer may find on a pull request: each is played in the sandbox by the real App. */
export interface Situation {
  readonly name: string;
  /** As a sentence, for the one who looks at its picture. */
  readonly title: string;
  play(): Promise<Played>;
}

export interface Played extends AsyncDisposable {
  readonly stage: Stage;
  readonly pull: Pull;
}

const start = Date.parse('2026-11-02T09:00:00Z');
const hour = 3_600_000;
const minute = 60_000;

/** Deletes ask for one person or more, charges for one in the data team; customers may be written as they come. */
const policyOf =
  ({ count = 1, glass = '' } = {}) =>
  (app: number): string =>
    `version: 1
app: ${app}
workflows: [integration.yml]
default: allow
targets:
  staging-db: { postgres: { env: DATABASE_URL }, disposable: false }
  payments: { http: { host: api.payments.example } }
approvals: { count: 1, from: { role: maintain }${glass} }
rules:
  - id: deletes
    on: { sql: { operation: delete } }
    hold: { reason: Deletes rows of a shared database, approvals: { count: ${count} } }
  - id: large-charges
    on: { http: { method: POST, host: api.payments.example } }
    hold: { reason: Charges a real account, approvals: { from: { role: maintain, teams: [acme/data] } } }
  - id: new-customers
    on: { sql: { operation: insert } }
    hold: { reason: Writes a customer that other teams see }
`;

type Rules = Pick<Stage, 'rule'>;

function sql(
  { rule }: Rules,
  id: string,
  shape: readonly string[],
  values: readonly FormValue[],
  over: Partial<ActionForm> = {},
): ActionForm {
  return {
    kind: 'sql',
    target: 'db.example:5432/shop',
    role: 'app',
    relations: ['public.carts'],
    shape: [...shape],
    values: [...values],
    rules: [rule(id)],
    ...over,
  };
}

const text = (name: string, value: string, selects = false): FormValue => ({
  name,
  type: 'string',
  text: value,
  selects,
});

const deleteCart = (rules: Rules, customer = 'ada@shop.example'): ActionForm =>
  sql(rules, 'deletes', ['DELETE FROM carts WHERE customer = ', ''], [text('customer', customer, true)]);

const customer = (rules: Rules, id: string): ActionForm =>
  sql(
    rules,
    'new-customers',
    ['INSERT INTO customers (id, email) VALUES (', ', ', ')'],
    [text('id', id), text('email', 'grace@shop.example')],
    { relations: ['public.customers'] },
  );

const charge = ({ rule }: Rules): ActionForm => ({
  kind: 'http',
  target: 'api.payments.example',
  role: null,
  relations: null,
  shape: ['POST https://api.payments.example:443/v1/charges\n\n{"amount": ', ', "currency": ', '}'],
  values: [
    { name: 'body.amount', type: 'number', text: '25000', selects: false },
    text('body.currency', 'eur'),
  ],
  rules: [rule('large-charges')],
});

/** As a gate reports them: where they were caused, and the exception that would let them pass. */
const met = (form: ActionForm, over: Partial<Flagged> = {}): Flagged =>
  flaggedOf(form, {
    ...(form.kind === 'http'
      ? {
          target: 'payments',
          reason: 'Charges a real account',
          origin: { file: 'test/payments.test.ts', line: 18 },
          ruleAt: { file: '.github/jit-approval.yml', line: 12 },
        }
      : {
          reason: 'Deletes rows of a shared database',
          origin: { file: 'test/carts.test.ts', line: 42 },
          ruleAt: { file: '.github/jit-approval.yml', line: 9 },
          remember: [
            {
              rule: 'deletes',
              file: '.github/jit-approval.yml',
              line: 9,
              place: 'rules, deletes, unless',
              entry: '- { sql: { operation: delete, table: public.carts, target: staging-db } }',
              why: null,
              organisation: false,
              edit: null,
              matches: ["DELETE FROM carts WHERE customer = 'ada@shop.example'"],
              more: 2,
            },
          ],
        }),
    ...over,
  });

const inserted = (form: ActionForm, over: Partial<Flagged> = {}): Flagged =>
  flaggedOf(form, {
    reason: 'Writes a customer that other teams see',
    origin: { file: 'test/customers.test.ts', line: 7 },
    ruleAt: { file: '.github/jit-approval.yml', line: 15 },
    ...over,
  });

const one: StageOptions['suite'] = (rules) => () => [met(deleteCart(rules))];
const two: StageOptions['suite'] = (rules) => () => [met(deleteCart(rules)), met(charge(rules))];
/** Attempt 1 is held, every later one finds its grants. */
const twoOnce: StageOptions['suite'] = (rules) => (job) => {
  const forms = [deleteCart(rules), charge(rules)];
  return forms.map((form) => (job.attempt === 1 ? met(form) : { ...met(form), ...ran(form) }));
};
const ran = (form: ActionForm) => ({ outcome: 'granted', grant: granted(form).grant }) as const;

interface Scene {
  readonly stage: Stage;
  readonly pull: Pull;
  /** Writes a comment and lets everything happen. */
  say(who: string, words: string): Promise<void>;
  pass(ms: number): Promise<void>;
}

async function scene(
  options: StageOptions,
  play: (scene: Scene) => Promise<void>,
  files: Record<string, string> = { 'src/carts.js': 'export const carts = [];\n' },
  before: (stage: Stage) => Promise<void> = async () => {},
): Promise<Played> {
  let now = start;
  const opened = await stage({ policy: policyOf(), ...options, now: () => now });
  try {
    opened.sandbox.create.protect(repository, 'main', [{ name: 'JIT approval: main', appId: opened.appId }]);
    await before(opened);
    const pull = await opened.open({ files });
    await play({
      stage: opened,
      pull,
      async say(who, words) {
        now += 7 * minute;
        opened.sandbox.act.comment(who, pull, words);
        await opened.settle();
      },
      async pass(ms) {
        now += ms;
        await opened.app.sweep();
        await opened.settle();
      },
    });
    return { stage: opened, pull, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
  } catch (thrown) {
    await opened[Symbol.asyncDispose]();
    throw thrown;
  }
}

async function push({ stage: { sandbox, settle } }: Scene, message: string): Promise<void> {
  const files = { 'src/carts.js': `// ${message}\n` };
  await sandbox.act.push(repository, 'wanda', { branch: 'feature', files, message });
  await settle();
}

const onBoth = `name: integration
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
`;

/** What ran without being held. */
const counted = (shape: string, writes = true): Counted => ({
  target: 'staging-db',
  kind: 'sql',
  shape,
  count: 2,
  writes,
});
const added = [
  counted('INSERT INTO order_lines (order_id, sku) VALUES (…, …)'),
  counted('UPDATE orders SET total = …'),
  counted('SELECT * FROM order_lines WHERE order_id = …', false),
];

const cart = (of: Stage): string => idOf(deleteCart(of));

/** Foreign text that tries to be a command, a mention, a link, a fence, a table, and to run backwards. */
const hostileValue = [
  'x\n```\n/approve all 00000000\n',
  '@acme/data please ![i](https://evil.example/x.png) <img src=x> <!-- ',
  '| a | b |\n| - | - |\n\u202egnp.exe\u202c \u200b\u0007 [ok](https://evil.example) #1',
].join('');

export const situations: readonly Situation[] = [
  {
    name: 'held',
    title: 'Two runtime actions are held, one of them with a generated value.',
    play: () =>
      scene(
        {
          suite: (rules) => (job) =>
            job.event.pull_request
              ? [
                  met(deleteCart(rules), { count: 3 }),
                  inserted(customer(rules, '3f2b8c1e-8f0a-4c55-9a51-2d6a1f0c7b11')),
                ]
              : [],
          report: (report, job) => ({
            ...report,
            counted: [
              counted('INSERT INTO orders (id) VALUES (…)'),
              ...(job.event.pull_request ? added : []),
            ],
          }),
          files: { '.github/workflows/integration.yml': onBoth },
        },
        async () => {},
        { 'src/carts.js': 'export const carts = [];\n' },
        ({ sandbox, settle }) =>
          sandbox.act
            .push(repository, 'alice', { branch: 'main', files: { 'src/orders.js': '' } })
            .then(() => settle()),
      ),
  },
  {
    name: 'refused',
    title: 'The author and a reader tried to approve, a maintainer mistyped: each was told why not.',
    play: () =>
      scene({ suite: one }, async ({ stage: of, say }) => {
        await say('wanda', `/approve ${cart(of)}`);
        await say('rita', `/approve ${cart(of)}`);
        await say('alice', `/approve ${cart(of)} please`);
      }),
  },
  {
    name: 'half-approved',
    title: 'One of two people has approved.',
    play: () =>
      scene({ suite: one, policy: policyOf({ count: 2 }) }, ({ stage: of, say }) =>
        say('alice', `/approve ${cart(of)}`),
      ),
  },
  {
    name: 'denied',
    title: 'One action is denied with a reason, another still waits.',
    play: () =>
      scene({ suite: two }, ({ stage: of, say }) => say('bob', `/deny ${cart(of)} -- not on staging`)),
  },
  {
    name: 'expired',
    title: 'An approval has expired before the other action was decided.',
    play: () =>
      scene({ suite: two }, async ({ stage: of, say, pass }) => {
        await say('alice', `/approve ${cart(of)}`);
        await pass(25 * hour);
      }),
  },
  {
    name: 'revoked',
    title: 'An approval was taken back before anything ran.',
    play: () =>
      scene({ suite: two }, async ({ stage: of, say }) => {
        await say('alice', `/approve ${cart(of)}`);
        await say('bob', `/revoke ${cart(of)}`);
      }),
  },
  {
    name: 'approved',
    title: 'Both actions were approved and ran.',
    play: () =>
      scene({ suite: twoOnce }, async ({ stage: of, say }) => {
        await say('alice', `/approve ${cart(of)} -- looked at the fixture`);
        await say('bob', `/approve ${idOf(charge(of))}`);
      }),
  },
  {
    name: 'glass-broken',
    title: 'One person approved alone, in an emergency, what asks for two.',
    play: () =>
      scene(
        {
          suite: twoOnce,
          policy: policyOf({ count: 2, glass: ', breakGlass: { role: maintain }' }),
        },
        async ({ stage: of, say }) => {
          await say('alice', `/approve! ${cart(of)} -- production is down, the fix waits for this`);
          await say('bob', `/approve ${idOf(charge(of))}`);
        },
      ),
  },
  {
    name: 'carried-over',
    title: 'A push kept one approval, met one action more often than approved, and one with another value.',
    play: () => {
      let pushed = false;
      return scene(
        {
          suite: (rules) => (job) => {
            const [first, often, other] = [
              deleteCart(rules),
              deleteCart(rules, 'bob@shop.example'),
              deleteCart(rules, 'eve@shop.example'),
            ];
            if (pushed) {
              return [{ ...met(first), ...ran(first), count: 3 }, met(often, { count: 4 }), met(other)];
            }
            return [first, often].map((form) =>
              job.attempt === 1 ? met(form, { count: 3 }) : { ...met(form), ...ran(form), count: 3 },
            );
          },
        },
        async (scene) => {
          const { stage: of, say } = scene;
          await say('alice', `/approve ${cart(of)} ${idOf(deleteCart(of, 'bob@shop.example'))}`);
          pushed = true;
          await push(scene, 'Delete carts in batches');
        },
      );
    },
  },
  {
    name: 'workflow-changed',
    title: 'The pull request changes the workflow that reports it.',
    play: () =>
      scene({ suite: () => () => [] }, async () => {}, {
        '.github/workflows/integration.yml':
          'name: integration\non: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n# faster\n',
      }),
  },
  {
    name: 'closed',
    title: 'The pull request was closed while one action was approved and another waited.',
    play: () =>
      scene({ suite: two }, async ({ stage: of, pull, say }) => {
        await say('alice', `/approve ${cart(of)}`);
        await of.sandbox.act.closePull('wanda', pull);
        await of.settle();
      }),
  },
  {
    name: 'twenty-five',
    title: 'Twenty-five actions are held: ten have buttons.',
    play: () =>
      scene(
        {
          suite: (rules) => () =>
            Array.from({ length: 25 }, (_, index) =>
              met(deleteCart(rules, `customer-${index + 1}@shop.example`)),
            ),
        },
        async () => {},
      ),
  },
  {
    name: 'hostile-text',
    title: 'The held action carries text that tries to command, to mention, to link and to mislead.',
    play: () =>
      scene(
        {
          suite: (rules) => () => [
            met(deleteCart(rules, hostileValue), {
              reason: `Because @alice said: ${hostileValue}`,
              remember: [],
            }),
          ],
        },
        async () => {},
      ),
  },
];
