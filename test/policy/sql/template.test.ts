import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { analyse } from '../../../src/policy/sql/analyse.ts';
import { cutAtLiterals, keyOf, withLiterals } from '../../../src/policy/sql/template-text.ts';
import { Templates } from '../../../src/policy/sql/templates.ts';
import { parser } from './analyser.ts';

const whole = (text: string) => analyse(parser, text, 18);

/** What the templates say of the last of these texts, once they have met the others. */
function byTemplate(...texts: readonly string[]) {
  const templates = new Templates(parser, whole);
  return texts.map((text) => templates.find(text)).at(-1) ?? null;
}

/** Statements with `?` where a literal may stand: what suites send, and what a literal decides something in. */
const statements = [
  'select ?',
  'SELECT a, b FROM t WHERE id = ? AND name = ? ORDER BY ? LIMIT ? OFFSET ?',
  'select * from a.t where x in (?, ?, ?) and y between ? and ?',
  'select * from t where x = ?::uuid and y = cast(? as numeric(10, 2)) and z = date ?',
  "select * from t where x like ? escape ? and y ~ ? and note <> 'it''s'",
  'select lower(?), app.fn(?, ?), now() - interval ?, extract(? from x) from t',
  'select set_config(?, ?, ?)',
  "select set_config('role', ?, false)",
  'select set_config(name, ?, false) from pg_settings where name = ?',
  'select pg_catalog.setval(?, ?), query_to_xml(?, true, false, ?)',
  'select cast(x as float(?)), cast(y as varchar(?)), cast(z as interval(?)) from t',
  'select - ?, -(?), - (- ?), + ?, a - ?, a -? from t',
  'select ?.5, .?, a.b?, x[?], x[?:?] from t',
  'with x as (insert into l (id, note) values (?, ?) returning id) delete from t using x where t.id = x.id and n = ?',
  'with recursive r (n) as (select ? union all select n + ? from r where n < ?) select n from r',
  'insert into t (a, b, c) values (?, ?, ?), (?, null, true), ($1, $2, ?)',
  'insert into t (a, "B", c) values (?, ?::jsonb, lower(?)) on conflict (a) do update set b = ?, c = excluded.c where t.a > ?',
  'insert into t (a) select id from u where e = ? union select ?',
  'insert into t values (?, ?)',
  'insert into t default values returning ?',
  'update t set a = ?, (b, c) = (?, ?), d[?] = ?, e = e + ? where id = ? or (x, y) = (?, ?)',
  'update t set a = ? from u where t.id = u.id and u.x = ? returning a, ?',
  'delete from only t as x where x.a = ? and exists (select ? from u where u.id = x.id limit ?)',
  'delete from t where (meta ->> ?) = ? and tags @> array[?, ?] ;',
  'select count(*) filter (where a > ?) over (order by b rows ? preceding) from t group by ? having sum(c) > ?',
  'select * from t tablesample bernoulli (?) repeatable (?) fetch first ? rows only for update',
  'select json_value(a, ?), xmlelement(name x, ?) from t, json_table(b, ? columns (c int path ?))',
  'select $1, $2 from t where a = ? -- no',
  "select U&'d!0061t!0061' uescape '!', E'a\\'b', $$?$$, ?",
  "select e'x', n'y', b'101', x'1F', ?",
  'select ?\n?',
  'select ?; delete from t where id = ?',
  'select "zqjit0e", ? from t',
  'select ? as a, 98765 as b',
];

/** What may make a literal something else than it looks, and what is decided by one. */
const pieces = [
  ...[
    'e',
    'n',
    'b',
    'u&',
    'U',
    '"',
    "'",
    '.',
    '-',
    '+',
    '::',
    '$1',
    '1',
    '0',
    '_',
    'e5',
    '.5',
    '\n',
    '(',
    ')',
    ',',
    ';',
  ],
  ...[
    ' and ',
    ' where ',
    ' limit ',
    ' uescape ',
    ' escape ',
    'interval ',
    'date ',
    'float',
    'array[',
    'set_config(',
  ],
  ...[
    "'role'",
    "'zqjit0e'",
    '98765',
    '1.5',
    ' returning ',
    ' as ',
    'app.fn(',
    ' from pg_settings where name = ',
  ],
];

const stringLiteral = fc
  .string({
    unit: fc.constantFrom(...'ab\'c \n"%;$?\\-/*(),.0189é', 'zqjit0e', '98765', 'role', 'search_path'),
    maxLength: 8,
  })
  .map((text) => `'${text.replaceAll("'", "''")}'`);
const literal = fc.oneof(
  { weight: 4, arbitrary: stringLiteral },
  fc.constantFrom("''", "''''", "'role'", "'search_path'", "'client_encoding'", "'zqjit0e'", "'zqjit1e'"),
  fc.nat(2_000_000_000).map(String),
  fc.constantFrom('0', '1', '007', '2147483648', '1_000', '0x1F', '1e3', '1.', '.5', '98765', '987650000'),
  fc.tuple(fc.nat(9999), fc.nat(99)).map(([whole_, part]) => `${whole_}.${part}`),
  fc.constantFrom('null', 'true', '$3', 'b', '-3', "E'x'", "B'1'"),
);

/** The statement with these literals in place of its question marks. */
function filled(statement: string, literals: readonly string[]): string {
  let at = 0;
  return statement.replace(/\?/g, () => literals[at++ % literals.length] ?? '');
}

suite('the analysis by a template', () => {
  test('is the analysis of the text itself, whatever its literals are', () => {
    const literals = fc.array(literal, { minLength: 3, maxLength: 9 });
    fc.assert(
      fc.property(fc.constantFrom(...statements), literals, literals, literals, (statement, ...choices) => {
        const texts = choices.map((choice) => filled(statement, choice));
        const last = texts.at(-1) ?? '';
        for (const found of [byTemplate(...texts), byTemplate(last, last)]) {
          if (found !== null) assert.deepEqual(found, whole(last));
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('is the analysis of the text itself, also of one that is spliced together from pieces', () => {
    const classes = {
      string: fc.constantFrom("''", "'x'", "'role'", "'a''b'", "'zqjit1e'", "'98765'", "'\n'", "'1 day'"),
      integer: fc.nat(999_999_999).map(String),
      decimal: fc.constantFrom('0.0', '1.50', '98765.5'),
    };
    const splices = fc.array(fc.tuple(fc.nat(60), fc.nat(1), fc.constantFrom(...pieces)), {
      minLength: 1,
      maxLength: 2,
    });
    let served = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...statements),
        splices,
        fc.array(fc.constantFrom('1', "'a'", '2.5'), { minLength: 3 }),
        fc.gen(),
        (statement, cuts, first, gen) => {
          const tokens = filled(statement, first).match(/'[^']*'|\w+|\s+|\S/g) ?? [];
          for (const [at, taken, piece] of cuts) tokens.splice(at % (tokens.length + 1), taken, piece);
          const cut = cutAtLiterals(tokens.join(''));
          if (cut === null) return;
          const others = [0, 1, 2].map(() =>
            withLiterals(
              cut,
              cut.literals.map((one) => gen(() => classes[one.class])),
            ),
          );
          const found = byTemplate(...others);
          if (found === null) return;
          served += 1;
          assert.deepEqual(found, whole(others.at(-1) ?? ''));
        },
      ),
      { numRuns: 6000 },
    );
    assert.ok(served > 100, `only ${served} of 6000 were served by a template`);
  });

  test('is that of a text of the same class of literals, statement by statement', () => {
    const strings = fc.array(stringLiteral, { minLength: 9, maxLength: 9 });
    const numbers = fc.array(fc.nat(999_999_999).map(String), { minLength: 9, maxLength: 9 });
    let served = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...statements),
        fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
        fc.array(fc.tuple(strings, numbers), { minLength: 3, maxLength: 3 }),
        (statement, pattern, choices) => {
          const texts = choices.map(([words, digits]) =>
            filled(
              statement,
              pattern.map((isString, at) => (isString ? (words[at] ?? '') : (digits[at] ?? ''))),
            ),
          );
          const found = byTemplate(...texts);
          if (found === null) return;
          served += 1;
          assert.deepEqual(found, whole(texts.at(-1) ?? ''));
        },
      ),
      { numRuns: 3000 },
    );
    assert.ok(served > 500, `only ${served} of 3000 were served by a template`);
  });

  test('serves what suites send', () => {
    const found = byTemplate(
      "INSERT INTO users (id, email) VALUES (1, 'ada@example.com')",
      "INSERT INTO users (id, email) VALUES (2, 'grace@example.com')",
      "INSERT INTO users (id, email) VALUES (3, 'o''neil@example.com')",
    );
    assert.deepEqual(found?.operations[0]?.rows, [
      {
        id: { from: 'literal', type: 'number', text: '3' },
        email: { from: 'literal', type: 'string', text: "o'neil@example.com" },
      },
    ]);
    const deleted = byTemplate(...['1', '22', '333'].map((id) => `delete from t where id = ${id}`));
    assert.equal(deleted?.operations[0]?.predicate, 'id = 333');
  });

  test('is there only once a text has come that differs in its literals alone', () => {
    assert.equal(byTemplate('select 1'), null);
    assert.notEqual(byTemplate('select 1', 'select 2'), null);
    assert.equal(byTemplate('select 1', "select '2'"), null);
    assert.equal(byTemplate('select 1', 'select  2'), null);
  });

  test('shares its shape with the others, by which they are counted', () => {
    const templates = new Templates(parser, whole);
    const [, second, third] = [1, 2, 3].map((id) => templates.find(`select * from t where id = ${id}`));
    assert.ok(second?.shape !== undefined && second.shape === third?.shape);
  });
});

suite('a text cut at its literals', () => {
  test('is put together again, and equal keys mean that only literals differ', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...statements),
        fc.array(literal, { minLength: 3 }),
        (statement, literals) => {
          const text = filled(statement, literals);
          const cut = cutAtLiterals(text);
          if (cut === null) return;
          const raw = cut.literals.map((one) => one.raw);
          assert.equal(withLiterals(cut, raw), text);
          const other = cutAtLiterals(
            withLiterals(
              cut,
              cut.literals.map((one) => other_[one.class]),
            ),
          );
          assert.ok(other !== null && keyOf(other) === keyOf(cut));
        },
      ),
    );
  });

  test('is none where a string can say what does not stand there, nor of any other kind of statement', () => {
    for (const text of [
      "select U&'!007aqjit0e' uescape '!', 'x'",
      'select U&"d!0061t!0061" uescape \'!\'',
      "select E'x', 'y'",
      "select 'a\\b'",
      'select $$x$$, 1',
      'select 1 -- x',
      'select 1 /* x */',
      'select 1; select 2',
      "select 'é'",
      'create table t (a int default 1)',
      'prepare x as select 1',
      "explain select 'x'",
    ]) {
      assert.equal(cutAtLiterals(text), null, text);
    }
  });
});

const other_ = { string: "'another'", integer: '7', decimal: '7.25' } as const;
