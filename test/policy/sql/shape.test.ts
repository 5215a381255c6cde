import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SqlAnalysis } from '../../../src/policy/action.ts';
import { analyse, parser, shown } from './analyser.ts';

test('the shape holds neither values, nor comments, nor the case and the white space of plain words', () => {
  assert.equal(
    shown(analyse("INSERT /* x */ INTO Users(email,n)\n VALUES ('a', -5), ($1, 7) -- end")),
    'insert into users(email, n) values (‹email›, - ‹n›), (‹email[2]›, ‹n[2]›)',
  );
  assert.equal(
    shown(analyse('select "A" from a.b where x[1] = any ($1)')),
    'select "A" from a.b where x [‹$1›] = any (‹$2›)',
  );
});

test('a hole carries the value that the server reads, however it is written', () => {
  const texts = ["'a''b'", "E'a\\'b'", "$$a'b$$", "U&'a!0027b' UESCAPE '!'"].map((literal) => {
    const [hole] = analyse(`select ${literal}`).holes;
    return hole?.value.from === 'literal' ? [hole.value.type, hole.value.text] : null;
  });
  assert.deepEqual(texts, Array(4).fill(['string', "a'b"]));
});

test('bit strings, numbers and strings of the same digits differ', () => {
  const found = ["x'10'", "b'10'", "'10'", '10', '$10'].map((literal) =>
    JSON.stringify(analyse(`select ${literal}`)),
  );
  assert.equal(new Set(found).size, 5);
});

test('only plain items of VALUES and SET are data; every other value selects', () => {
  const selecting = (text: string) =>
    analyse(text)
      .holes.filter((hole) => hole.selects)
      .map((hole) => hole.name);
  assert.deepEqual(selecting("insert into t (a, b) values ('x', $1::uuid), (-3, date '2020-01-01')"), []);
  assert.deepEqual(selecting("update t set a = 'x', (b, c) = ($1, 2) where id = $2"), ['$4']);
  assert.deepEqual(selecting("insert into t (a) values (lower('x'))"), ['$1']);
  assert.deepEqual(selecting("insert into t (a) values ((select id from u where e = 'x'))"), ['$1']);
  assert.deepEqual(selecting('update t set a = a + 1'), ['$1']);
  assert.deepEqual(selecting('update t set a[1] = 2'), ['$1', '$2']);
});

test('an inserted value that decides what is touched selects', () => {
  const all = (text: string) => analyse(text).holes.every((hole) => hole.selects);
  assert.ok(all('insert into t (id) values ($1) on conflict (id) do update set a = excluded.a'));
  assert.ok(
    all('with x as (insert into l (id) values ($1) returning id) delete from t using x where t.id = x.id'),
  );
  assert.ok(all('insert into ids (id) values ($1); delete from t where id in (select id from ids)'));
  assert.ok(all('merge into t using (values ($1)) s (id) on t.id = s.id when matched then delete'));
  assert.ok(!all('with x as (insert into l (id) values (1)) select 2'));
});

test('names of holes are unique, also where columns are named like them', () => {
  const names = analyse('insert into t ("a[2]", a) values (1, 2), (3, 4); select 5').holes.map(
    ({ name }) => name,
  );
  assert.equal(new Set(names).size, names.length);
});

/** A text made of nothing but shape and holes. */
function rebuilt({ shape, holes }: SqlAnalysis): string {
  return shape
    .map((part, index) => {
      const value = holes[index]?.value;
      if (value === undefined) return part;
      if (value.from === 'parameter') return `${part} $${value.number} `;
      if (value.type === 'number') return `${part} ${value.text} `;
      if (part.endsWith("x'") || part.endsWith("b'")) return `${part}${value.text}'`;
      return `${part} '${value.text.replaceAll("'", "''")}' `;
    })
    .join('');
}

/** Tokens with plain words folded and strings by what they say. */
function tokens(text: string, analysis: SqlAnalysis): string[] {
  let hole = 0;
  return parser
    .scan(text)
    .filter((token) => token.kind !== 'comment')
    .map((token) => {
      const isHole = ['number', 'string', 'unicode-string', 'bits', 'parameter'].includes(token.kind);
      if (isHole)
        return `${token.kind === 'bits' ? token.text[0]?.toLowerCase() : ''} ${JSON.stringify(analysis.holes[hole++]?.value)}`;
      return token.text.startsWith('"')
        ? token.text
        : token.text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    });
}

const word = fc.constantFrom('a', 'B', 'users', 'Name', '"A b"', '"x\'"', '"."', '"a.b"', '"("', 'é');
const constant = fc.oneof(
  fc
    .string({ unit: fc.constantFrom('a', "'", '\\', ' ', '$', '"', 'é', '-', '\n') })
    .map((text) => `'${text.replaceAll("'", "''")}'`),
  fc.constantFrom(
    "E'\\n\\''",
    "$$it's$$",
    '$q$ $$ $q$',
    "x'1F'",
    "b'01'",
    '1',
    '1.50',
    '0x1f',
    '1e3',
    '$1',
    '$2',
    "U&'\\0041'",
  ),
);
const expression: fc.Arbitrary<string> = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3 },
    word,
    constant,
    fc.tuple(word, word).map(([a, b]) => `${a}.${b}`),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('+', '-', '||', '->>', '<>', ' is distinct from ', '@>', '=', ' AND '),
        tie('expression'),
      )
      .map(([a, operator, b]) => `(${a}) ${operator} (${b})`),
    tie('expression').map((inner) => `lower(${inner})`),
    tie('expression').map((inner) => `(${inner})::text`),
    tie('expression').map((inner) => `-(${inner})`),
  ),
})).expression;
const statement = fc.oneof(
  fc.tuple(word, expression).map(([table, where]) => `delete from ${table} where ${where}`),
  fc
    .tuple(word, word, expression)
    .map(([table, column, value]) => `update ${table} set ${column} = ${value}`),
  fc
    .tuple(word, word, fc.array(expression, { minLength: 1, maxLength: 3 }))
    .map(
      ([table, column, values]) =>
        `insert into ${table} (${column}) values ${values.map((value) => `(${value})`).join(', ')}`,
    ),
  fc.tuple(expression, expression).map(([a, b]) => `select ${a} /* c */ as x, ${b} -- c\n from t`),
);

test('shape and holes together are every token: nothing can be conflated', () => {
  let understood = 0;
  fc.assert(
    fc.property(statement, (text) => {
      const analysis = analyse(text);
      if (analysis.unknown.length > 0) return;
      understood += 1;
      const again = rebuilt(analysis);
      assert.deepEqual(tokens(again, analysis), tokens(text, analysis));
      const second = analyse(again);
      assert.deepEqual([second.shape, second.holes], [analysis.shape, analysis.holes]);
      assert.deepEqual(
        second.operations.map(({ predicate: _, ...rest }) => rest),
        analysis.operations.map(({ predicate: _, ...rest }) => rest),
      );
    }),
    { numRuns: 400 },
  );
  assert.ok(understood > 100, `only ${understood} statements were understood`);
});

test('a name that thousands of rows ask for is numbered on', () => {
  const rows = 10_000;
  const { holes } = analyse(
    `insert into t (a, "a[3]") values ${Array.from({ length: rows }, (_, row) => `(${row}, 'x')`).join(', ')}`,
  );
  assert.equal(new Set(holes.map(({ name }) => name)).size, 2 * rows);
  assert.deepEqual(
    holes.slice(0, 8).map(({ name }) => name),
    ['a', 'a[3]', 'a[2]', 'a[3][2]', 'a[4]', 'a[3][3]', 'a[5]', 'a[3][4]'],
  );
});
