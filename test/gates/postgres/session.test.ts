import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import pg from 'pg';
import { startPostgresGate } from '../../../src/gates/postgres/gate.ts';
import type { Analyse } from '../../../src/policy/sql/analyse.ts';
import { encodeExecute, sync } from '../../../src/protocol/postgres/named.ts';
import { encodeQuery } from '../../../src/protocol/postgres/query.ts';
import { encodeStartup } from '../../../src/protocol/postgres/startup.ts';
import { int32, message } from '../../../src/protocol/postgres/writer.ts';
import { postgresTarget, settingsFromUrl } from '../../../src/targets/postgres.ts';
import { errorOf, openFixture } from './fixture.ts';

const fixture = await openFixture();
const { gate, db } = fixture;
const direct = await fixture.direct();

/** For gates at which it does not matter what a statement does. */
const seesNothing: Analyse = () => ({
  unknown: [],
  operations: [],
  shape: [''],
  holes: [],
  effects: [],
  statements: 1,
});

/** Asks the server until the answer is as wanted: what another process does in its own time tells nobody. */
async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds()));
}

async function socket(...first: Buffer[]): Promise<Socket> {
  const opened = connect(gate.port, gate.host);
  opened.on('error', () => {});
  await once(opened, 'connect');
  opened.write(Buffer.concat(first));
  return opened;
}

/** All bytes until the gate hangs up. */
async function untilClosed(opened: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of opened) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

test('the suite’s password is the gate’s own, and nothing else opens it', async () => {
  const url = (user: string, password: string) =>
    `postgresql://${user}:${password}@${gate.host}:${gate.port}/${gate.database}`;
  assert.notEqual(gate.password, db.password);
  for (const [user, password] of [
    [gate.user, db.password],
    [gate.user, gate.password.slice(1)],
    ['other', gate.password],
  ] as const) {
    const error = await errorOf(new pg.Client(url(user, password)).connect());
    assert.equal(error.code, '28P01');
    assert.equal(error.severity, 'FATAL');
  }
});

test('the session is what the target makes of it: its user, its database, its parameters', async () => {
  const client = await fixture.client({ application_name: 'suite' });
  const { rows } = await client.query(
    "select current_user as user, current_database() as database, current_setting('application_name') as name",
  );
  assert.deepEqual(rows, [{ user: db.user, database: db.database, name: 'suite' }]);
  const wire = await fixture.wire({ client_encoding: 'LATIN1', datestyle: 'German' });
  assert.equal(wire.parameters.get('client_encoding'), 'LATIN1');
  assert.equal(wire.parameters.get('DateStyle'), 'German, DMY');
  wire.send(encodeQuery('reset client_encoding'), encodeQuery('show client_encoding'));
  await wire.answers();
  assert.equal(wire.parameters.get('client_encoding'), 'LATIN1');
});

test('another database of the server is another target to an approval', async () => {
  await direct.query('create database other_db');
  const url = new URL(fixture.url);
  url.pathname = '/other_db';
  const [judged] = await fixture.during(async () => {
    const client = await fixture.client({ connectionString: url.href });
    await client.query('select 1');
    await client.end();
  });
  assert.equal(judged?.action.target.database, 'other_db');
  assert.equal(judged.action.target.identity, `${db.host}:${db.port}/other_db`);
});

test('the target’s own refusal of a connection arrives with its code', async () => {
  const url = new URL(fixture.url);
  url.pathname = '/nowhere';
  const error = await errorOf(new pg.Client(url.href).connect());
  assert.equal(error.code, '3D000');
});

test('encryption is answered with N, once each', async () => {
  const request = (code: number) => Buffer.concat([int32(8), int32(code)]);
  const opened = await socket(request(80877103), request(80877104), request(80877103), request(80877103));
  assert.match(await untilClosed(opened), /^NNN.*08P01.*refused/s);
});

test('a client that will not go on without encryption is told of in the report, and only such a one', async () => {
  const { notices } = fixture;
  const before = notices.length;
  const asks = Buffer.concat([int32(8), int32(80877103)]);
  const goesOn = await socket(asks, encodeStartup(new Map([['user', gate.user]])));
  goesOn.end();
  await untilClosed(goesOn);
  const talksNonsense = await socket(asks, int32(100_000));
  assert.match(await untilClosed(talksNonsense), /^N.*08P01.*startup packet/s);
  assert.equal(notices.length, before);
  await assert.rejects(new pg.Client({ connectionString: fixture.url, ssl: true }).connect(), /SSL/);
  const clientHello = Buffer.from('160301020001000140', 'hex');
  await untilClosed(await socket(asks, clientHello));
  while (notices.length < before + 2) await setImmediate();
  for (const notice of notices.slice(before)) assert.match(notice, /gate of "shop-db" for TLS .*sslmode/);
});

test('a client that a gate hangs up on as the suite ends is not told of as one that wanted encryption', async () => {
  const notices: string[] = [];
  const settings = settingsFromUrl(db.url);
  const own = await startPostgresGate({
    target: postgresTarget('shop-db', settings, { declared: true, disposable: true }),
    upstream: settings,
    judge: { reads: () => 'head', judge: async () => ({ outcome: 'allow', settle() {} }) },
    analyser: async () => seesNothing,
    report: (notice) => notices.push(notice),
  });
  const waits = connect(own.port, own.host);
  waits.write(Buffer.concat([int32(8), int32(80877103)]));
  await once(waits, 'data');
  await Promise.all([own.close(), once(waits, 'close')]);
  assert.deepEqual(notices, []);
});

test('a client of protocol 3.2 with options is told what is understood', async () => {
  const startup = encodeStartup(
    new Map([
      ['user', gate.user],
      ['_pq_.magic', 'on'],
    ]),
  ); // prettier-ignore
  startup.writeInt32BE((3 << 16) | 2, 4);
  const opened = await socket(startup);
  const [answer] = (await once(opened, 'data')) as [Buffer];
  opened.destroy();
  const option = Buffer.from('_pq_.magic\0');
  assert.deepEqual(
    answer.subarray(0, 13 + option.length),
    Buffer.concat([Buffer.from('v'), int32(12 + option.length), int32(3 << 16), int32(1), option]),
  );
  assert.equal(answer.subarray(13 + option.length, 14 + option.length).toString(), 'R');
});

test('a cancel request with the gate’s key cancels at the target; with another it does nothing', async () => {
  const client = await fixture.client();
  const { processID, secretKey } = client as pg.Client & { processID: number; secretKey: number };
  const { rows } = await client.query('select pg_backend_pid() as pid');
  assert.notEqual(processID, rows[0].pid);
  const cancel = async (key: number): Promise<void> => {
    const opened = await socket(Buffer.concat([int32(16), int32(80877102), int32(processID), int32(key)]));
    assert.equal(await untilClosed(opened), '');
  };
  const sleeping = errorOf(client.query('select pg_sleep(60)'));
  const running = async () => {
    const { rows: found } = await direct.query(
      "select 1 from pg_stat_activity where pid = $1 and state = 'active' and wait_event = 'PgSleep'",
      [rows[0].pid],
    );
    return found.length === 1;
  };
  await eventually(running);
  await cancel(secretKey ^ 1);
  assert.ok(await running());
  await cancel(secretKey);
  assert.equal((await sleeping).code, '57014');
  assert.deepEqual((await client.query('select 1 as n')).rows, [{ n: 1 }]);
});

test('when the target ends a session its client is told, and the others go on', async () => {
  const other = await fixture.client();
  const client = await fixture.client();
  const { rows } = await client.query('select pg_backend_pid() as pid');
  const ended = new Promise((resolve) => client.once('end', resolve));
  await direct.query('select pg_terminate_backend($1)', [rows[0].pid]);
  await ended;
  assert.deepEqual((await other.query('select 1 as n')).rows, [{ n: 1 }]);
});

test('a client killed in the middle of a query takes its connection to the target with it', async () => {
  const script = `const pg = (await import('pg')).default; const c = new pg.Client(process.argv[1]);
    await c.connect(); console.log((await c.query('select pg_backend_pid() as pid')).rows[0].pid);
    await c.query('create temp table x as select 1'); await c.query('begin');
    await c.query("select 1"); console.log('ready'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, fixture.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  for await (const chunk of child.stdout) {
    out += String(chunk);
    if (out.includes('ready')) break;
  }
  const pid = Number.parseInt(out, 10);
  const alive = async () =>
    (await direct.query('select 1 from pg_stat_activity where pid = $1', [pid])).rows.length === 1;
  assert.ok(await alive());
  child.kill('SIGKILL');
  await eventually(async () => !(await alive()));
});

test('twenty sessions side by side keep their answers apart', async () => {
  const clients = await Promise.all(Array.from({ length: 20 }, () => fixture.client()));
  await Promise.all(
    clients.map(async (client, at) => {
      for (let round = 0; round < 10; round++) {
        const { rows } = await client.query('select $1::int * 1000 + $2::int as n', [at, round]);
        assert.deepEqual(rows, [{ n: at * 1000 + round }]);
      }
      if (at % 2 === 0) assert.equal((await errorOf(client.query('delete from pg_class'))).code, 'JA001');
      assert.deepEqual((await client.query('select $1::int as n', [at])).rows, [{ n: at }]);
    }),
  );
});

test('a reader that stops reading is not kept in memory: the target waits', async () => {
  const wire = await fixture.wire();
  wire.send(encodeQuery("select pg_backend_pid(), repeat('x', 8000) from generate_series(1, 20000)"));
  await wire.until('D');
  wire.socket.pause();
  // the target is done only if all 160 MB were taken from it
  await eventually(async () => {
    const { rows } = await direct.query(
      "select 1 from pg_stat_activity where query like 'select pg_backend_pid(), repeat%' and wait_event = 'ClientWrite' and pid <> pg_backend_pid()",
    );
    return rows.length === 1;
  });
  wire.socket.resume();
  assert.deepEqual((await wire.answers()).slice(-2), ['C SELECT 20000', 'ZI']);
});

test('a message that is none ends the session with 08P01', async () => {
  for (const bytes of [
    message('?', Buffer.from('x')),
    message('p', Buffer.from('password\0')),
    message('Q', Buffer.from('no end')),
    message('S', Buffer.from('x')),
    Buffer.from([0x51, 0xff, 0xff, 0xff, 0xff]),
    Buffer.from([0x51, 0, 0, 0, 3]),
    Buffer.concat([encodeExecute('p'), message('E', Buffer.alloc(20_000))]),
  ]) {
    const wire = await fixture.wire();
    wire.send(bytes);
    const left = await wire.closed();
    assert.equal(left.at(-1), 'E08P01', bytes.subarray(0, 8).toString('hex'));
  }
});

test('a message over the gate’s limit ends the session before it has come', async () => {
  const settings = settingsFromUrl(fixture.url);
  const small = await startPostgresGate({
    target: postgresTarget('small', settings, { declared: true, disposable: true }),
    upstream: settings,
    judge: { reads: () => 'head', judge: async () => ({ outcome: 'allow', settle() {} }) },
    analyser: async () => seesNothing,
    messageLimit: 1000,
  });
  try {
    const url = `postgresql://${small.user}:${small.password}@${small.host}:${small.port}/${small.database}`;
    const client = new pg.Client(url);
    client.on('error', () => {});
    await client.connect();
    assert.equal((await errorOf(client.query(`select '${'x'.repeat(2000)}'`))).code, '08P01');
  } finally {
    await small.close();
  }
});

test('a gate whose parser cannot be loaded lets nobody in, and says why', async () => {
  const notices: string[] = [];
  const settings = settingsFromUrl(db.url);
  const broken = await startPostgresGate({
    target: postgresTarget('shop-db', settings, { declared: true, disposable: true }),
    upstream: settings,
    judge: { reads: () => 'head', judge: async () => ({ outcome: 'allow', settle() {} }) },
    analyser: () => Promise.reject(new Error('libpg-query.wasm is missing')),
    report: (notice) => notices.push(notice),
  });
  try {
    const url = `postgresql://${broken.user}:${broken.password}@${broken.host}:${broken.port}/${broken.database}`;
    const error = await errorOf(new pg.Client(url).connect());
    assert.equal(error.code, 'XX000');
    const why = 'the gate of shop-db could not be loaded: libpg-query.wasm is missing';
    assert.equal(error.message, why);
    assert.deepEqual(notices, [why]);
  } finally {
    await broken.close();
  }
});

test('a target that is down is told in words, without a password', async () => {
  const notices: string[] = [];
  const free = await startPostgresGate({
    target: postgresTarget('gone-db', settingsFromUrl(db.url), { declared: true, disposable: true }),
    // nothing listens on port 1
    upstream: { ...settingsFromUrl(db.url), port: 1 },
    judge: { reads: () => 'head', judge: async () => ({ outcome: 'allow', settle() {} }) },
    analyser: async () => seesNothing,
    report: (notice) => notices.push(notice),
  });
  try {
    const url = `postgresql://${free.user}:${free.password}@${free.host}:${free.port}/${free.database}`;
    const error = await errorOf(new pg.Client(url).connect());
    assert.equal(error.code, '08001');
    assert.match(error.message, /could not reach gone-db at 127\.0\.0\.1:1/);
    assert.deepEqual(notices, [error.message]);
    assert.ok(!error.message.includes(db.password));
  } finally {
    await free.close();
  }
});

test('closing the gate ends its sessions, what they run at the target, and its port', async () => {
  const settings = settingsFromUrl(db.url);
  const closing = await startPostgresGate({
    target: postgresTarget('closing', settings, { declared: true, disposable: true }),
    upstream: settings,
    judge: { reads: () => 'head', judge: async () => ({ outcome: 'allow', settle() {} }) },
    analyser: async () => seesNothing,
  });
  const url = `postgresql://${closing.user}:${closing.password}@${closing.host}:${closing.port}/${closing.database}`;
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  const sleeping = client.query("select 'closing', pg_sleep(60)").catch((error: unknown) => error);
  const asleep = async () =>
    (
      await direct.query("select 1 from pg_stat_activity where query like $1 and wait_event = 'PgSleep'", [
        "select 'closing'%",
      ])
    ).rows.length === 1;
  await eventually(asleep);
  await Promise.all([closing.close(), closing.close()]);
  assert.ok((await sleeping) instanceof Error);
  await eventually(async () => !(await asleep()));
  await assert.rejects(new pg.Client(url).connect(), /ECONNREFUSED/);
});

test('Terminate and a broken connection both leave nothing at the target', async () => {
  const wire = await fixture.wire({ application_name: 'leaving' });
  wire.send(encodeQuery('select 1'), sync);
  await wire.answers();
  wire.socket.end(message('X'));
  await wire.closed();
  const other = await fixture.wire({ application_name: 'leaving' });
  other.socket.destroy();
  await eventually(async () => {
    const { rows } = await direct.query("select 1 from pg_stat_activity where application_name = 'leaving'");
    return rows.length === 0;
  });
});
