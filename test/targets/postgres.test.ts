import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { JitError } from '../../src/errors.ts';
import {
  postgresSettings,
  postgresTarget,
  settingsFromUrl,
  targetOfDatabase,
} from '../../src/targets/postgres.ts';
import { libpqVariables, postgresEnvironment, rewriteUrl } from '../../src/targets/postgres-environment.ts';
import { tlsAttempts } from '../../src/targets/postgres-tls.ts';
import { databaseUrl } from '../../src/targets/postgres-url.ts';

const gate = { host: '127.0.0.1', port: 6543, user: 'shop', password: 'once', database: 'shopdb' };

describe('a connection URL', () => {
  test('is read as libpq reads it', () => {
    const settings = settingsFromUrl(
      'postgres://an%40n:p%3Ass@db.example:6432/shop%20db?sslmode=verify-full&sslrootcert=/etc/ca.pem',
    );
    assert.deepEqual(settings, {
      host: 'db.example',
      port: 6432,
      user: 'an@n',
      password: 'p:ss',
      database: 'shop db',
      tls: { mode: 'verify-full', rootCertificate: '/etc/ca.pem', certificate: null, key: null },
    });
  });

  test('has the defaults of libpq', () => {
    const { host, port, database, password, tls } = settingsFromUrl('postgresql://ann@');
    assert.deepEqual([host, port, database, password, tls.mode], ['localhost', 5432, 'ann', null, 'prefer']);
  });

  test('may name its parts as parameters, and a socket’s folder as host', () => {
    const settings = settingsFromUrl('jdbc:postgresql://db:5433/shop?user=ann&password=s3cret&ssl=true');
    assert.deepEqual([settings.user, settings.password, settings.tls.mode], ['ann', 's3cret', 'require']);
    assert.equal(settingsFromUrl('postgresql:///shop?host=/run/postgresql&user=ann').host, '/run/postgresql');
    assert.equal(settingsFromUrl('postgresql://ann@[::1]:5433/shop').host, '::1');
  });

  test('that is none is refused in words that do not repeat its password', () => {
    for (const url of [
      'mysql://ann:s3cret@db/shop',
      'postgres://ann:s3cret@one,two/shop',
      'postgres://ann:s3cret@db:port/shop',
      'postgres://ann:s3cret@db:99999/shop',
      'postgres://ann:s3cret%@db/shop',
      'postgres://ann:s3cret@db/shop?sslmode=maybe',
      'postgres://:s3cret@db/shop?user',
    ]) {
      assert.throws(
        () => postgresSettings({ env: 'DATABASE_URL' }, { DATABASE_URL: url }),
        (error) =>
          error instanceof JitError && /DATABASE_URL/.test(error.message) && !/s3cret/.test(error.message),
        url,
      );
    }
  });

  test('that is not set is named', () => {
    assert.throws(() => postgresSettings({ env: 'DATABASE_URL' }, {}), /DATABASE_URL is not set/);
  });
});

test('split variables are read each by its name', () => {
  const spec = {
    host: 'DB_HOST',
    port: 'DB_PORT',
    user: 'DB_USER',
    password: 'DB_PASS',
    database: 'DB_NAME',
  };
  const env = { DB_HOST: 'db', DB_PORT: '5433', DB_USER: 'ann', DB_PASS: 's3cret', DB_NAME: 'shop' };
  const settings = postgresSettings(spec, env);
  assert.deepEqual([settings.host, settings.port, settings.user], ['db', 5433, 'ann']);
  assert.deepEqual([settings.password, settings.database], ['s3cret', 'shop']);
  const { set, unset } = postgresEnvironment(spec, env, gate);
  assert.deepEqual(set, {
    DB_HOST: '127.0.0.1',
    DB_PORT: '6543',
    DB_USER: 'shop',
    DB_PASS: 'once',
    DB_NAME: 'shopdb',
  });
  assert.deepEqual(unset, libpqVariables);
});

test('PG variables that the gate sets are kept, the others go', () => {
  const spec = {
    host: 'PGHOST',
    port: 'PGPORT',
    user: 'PGUSER',
    password: 'PGPASSWORD',
    database: 'PGDATABASE',
  };
  const { set, unset } = postgresEnvironment(spec, {}, gate);
  assert.equal(set.PGHOST, '127.0.0.1');
  assert.ok(unset.includes('PGSSLMODE') && unset.includes('PGSERVICE') && unset.includes('PGHOSTADDR'));
  assert.ok(!unset.includes('PGHOST'));
});

describe('a rewritten URL', () => {
  const rewritten: readonly (readonly [string, string])[] = [
    ['postgres://ann:s3cret@db:5433/shop', 'postgres://shop:once@127.0.0.1:6543/shop'],
    ['postgresql+asyncpg://ann:s3cret@db/shop', 'postgresql+asyncpg://shop:once@127.0.0.1:6543/shop'],
    ['postgresql://ann@db', 'postgresql://shop:once@127.0.0.1:6543/shopdb'],
    [
      'postgresql://ann:s3cret@db/shop?schema=app&connection_limit=5&sslmode=require&sslaccept=strict',
      'postgresql://shop:once@127.0.0.1:6543/shop?schema=app&connection_limit=5',
    ],
    [
      'jdbc:postgresql://db/shop?user=ann&password=s3cret&currentSchema=app&sslFactory=x&channelBinding=require',
      'jdbc:postgresql://127.0.0.1:6543/shop?currentSchema=app&user=shop&password=once',
    ],
    [
      'postgresql:///shop?host=/run/pg&channel_binding=require&service=s&target_session_attrs=any&application_name=x',
      'postgresql://shop:once@127.0.0.1:6543/shop?application_name=x',
    ],
    ['postgres://ann@db/a%2Fb#f', 'postgres://shop:once@127.0.0.1:6543/a%2Fb#f'],
  ];
  for (const [original, expected] of rewritten) {
    test(`${original.split('?')[0]} leads to the gate`, () =>
      assert.equal(rewriteUrl(original, gate), expected));
  }

  test('never holds the host or the password that it had, whatever they are', () => {
    const word = fc.string({ minLength: 12, maxLength: 20, unit: fc.constantFrom(...'abcdefgh0123') });
    fc.assert(
      fc.property(word, word, (host, password) => {
        const url = `postgres://ann:${password}@${host}/db?host=${host}&password=${password}&x=1`;
        const after = rewriteUrl(url, gate);
        assert.ok(!after.includes(host) && !after.includes(password));
        assert.equal(databaseUrl(after, 'it').query.get('x'), '1');
      }),
    );
  });
});

test('sslmode means what it means to libpq', async () => {
  const attempts = async (mode: string, extra = '') =>
    (await tlsAttempts(settingsFromUrl(`postgres://ann@db/shop?sslmode=${mode}${extra}`))).map((attempt) =>
      attempt === false ? 'plain' : attempt.rejectUnauthorized === false ? 'unverified' : 'verified',
    );
  assert.deepEqual(await attempts('disable'), ['plain']);
  assert.deepEqual(await attempts('allow'), ['plain', 'unverified']);
  assert.deepEqual(await attempts('prefer'), ['unverified', 'plain']);
  assert.deepEqual(await attempts('require'), ['unverified']);
  assert.deepEqual(await attempts('verify-ca'), ['verified']);
  assert.deepEqual(await attempts('verify-full'), ['verified']);
});

test('an approval binds a disposable target by its name, any other by where it is', () => {
  const settings = settingsFromUrl('postgres://ann:s3cret@db:5433/shop');
  const lasting = postgresTarget('staging', settings, { declared: true, disposable: false });
  const passing = postgresTarget('ci', settings, { declared: true, disposable: true });
  assert.equal(lasting.identity, 'db:5433/shop');
  assert.equal(passing.identity, 'ci');
  assert.equal(targetOfDatabase(lasting, 'other').identity, 'db:5433/other');
  assert.equal(targetOfDatabase(passing, 'other').identity, 'ci/other');
  assert.equal(targetOfDatabase(lasting, 'shop'), lasting);
  assert.ok(!JSON.stringify([lasting, passing]).includes('s3cret'));
});
