import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { anew, openLog, within } from '../../src/app/log.ts';
import { idOf, stage } from './help/stage.ts';

function lineLog(secrets: readonly string[] = []) {
  const lines: string[] = [];
  const log = openLog({ level: 'trace', secrets, to: { write: (line) => void lines.push(line) } });
  return { log, lines, last: (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}') };
}

suite('the log', () => {
  test('a line says which delivery and which pull request it is about, whoever writes it', async () => {
    const { log, last } = lineLog();
    await within({ delivery: 'd-1' }, async () => {
      await Promise.resolve();
      within({ pull: 'acme/shop#7' }, () => log.child({ name: 'a library' }).info('deep'));
      const { delivery, pull, name } = last();
      assert.deepEqual([delivery, pull, name], ['d-1', 'acme/shop#7', 'a library']);
      anew({ pull: 'acme/shop#8' }, () => log.info('other work'));
      assert.deepEqual([last().delivery, last().pull], [undefined, 'acme/shop#8']);
    });
  });

  test('of an error nothing is written but its own words', () => {
    const { log, lines } = lineLog();
    const error = Object.assign(new Error('refused'), {
      code: 'github-refused',
      request: { headers: { authorization: 'token sesame' } },
      event: { payload: 'sesame' },
    });
    log.error(error);
    log.error({ err: new AggregateError([error], 'several') }, 'said');
    log.info({ event: { payload: 'sesame' } }, 'Webhook received');
    assert.doesNotMatch(lines.join(''), /sesame/);
    assert.match(lines[0] ?? '', /"code":"github-refused"/);
    assert.match(lines[1] ?? '', /"message":"refused"/);
  });

  test('a secret is not written, whatever a library says', () => {
    const key = `-----BEGIN KEY-----\n${'QUJD'.repeat(12)}\n-----END KEY-----\n`;
    const { log, lines } = lineLog(['pass"word', key]);
    log.info({ url: 'postgres://u:pass"word@db' }, `with ${key} and ${'QUJD'.repeat(12)}`);
    log.info('ghs_123456789012345678901 and eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxIn0.c2ln');
    assert.doesNotMatch(lines.join(''), /pass|QUJD|ghs_|eyJ/);
    for (const line of lines) JSON.parse(line);
  });

  test('through a whole loop every line says what it is about, and none holds a secret', async () => {
    const lines: string[] = [];
    const secrets = { webhookSecret: 'hook-secret-7d1f', metricsToken: 'metrics-token-93ab' };
    await using scene = await stage({
      config: { ...secrets, logLevel: 'trace' },
      logTo: { write: (line) => void lines.push(line) },
    });
    const pull = await scene.open();
    scene.sandbox.act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    await scene.app.sweep();
    await scene.settle();
    const forged = { 'content-type': 'application/json', 'x-hub-signature-256': 'sha256=00' };
    const ids = { 'x-github-event': 'ping', 'x-github-delivery': 'd-1' };
    await fetch(scene.app.webhookUrl, { method: 'POST', headers: { ...forged, ...ids }, body: '"planted"' });
    await scene.app.close();

    const read: Record<string, unknown>[] = lines.map((line) => JSON.parse(line));
    assert.ok(read.some(({ msg }) => msg === 'webhook answered'));
    assert.ok(read.some(({ msg }) => msg === 'reconciled'));
    const about = ({ delivery, pull: of, task, msg }: Record<string, unknown>) =>
      delivery ?? of ?? task ?? (String(msg).startsWith('webhook refused') ? msg : undefined);
    assert.deepEqual(
      read.filter((line) => about(line) === undefined),
      [],
    );
    const all = lines.join('');
    for (const secret of [
      ...Object.values(secrets),
      'planted',
      scene.config.privateKey.split('\n')[5] ?? '',
    ]) {
      assert.ok(secret !== '' && !all.includes(secret), secret);
    }
    assert.doesNotMatch(all, /gh[a-z]_\w{10}|eyJ\w{10}/);
  });
});
