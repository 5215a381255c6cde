import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Command, parseCommand } from '../../src/approval/command.ts';

const none = { kind: 'none' };
const understood: readonly (readonly [string, Command])[] = [
  ['/approve 7f3k9q2m', { verb: 'approve', ids: ['7f3k9q2m'], varying: [], reason: null }],
  [
    '/approve 7F3K9Q 0c4w8x1z\r\nthanks!',
    { verb: 'approve', ids: ['7f3k9q', '0c4w8x1z'], varying: [], reason: null },
  ],
  ['/approve 7f3k9q2m  ', { verb: 'approve', ids: ['7f3k9q2m'], varying: [], reason: null }],
  ['/approve 7f3k9q2m 7f3k9q2m', { verb: 'approve', ids: ['7f3k9q2m'], varying: [], reason: null }],
  [
    '/approve 7f3k9q2m varying email,body.key -- looked at it, “fine”',
    { verb: 'approve', ids: ['7f3k9q2m'], varying: ['email', 'body.key'], reason: 'looked at it, “fine”' },
  ],
  [
    '/approve 7f3k9q2m varying email, $3, argv[2]',
    { verb: 'approve', ids: ['7f3k9q2m'], varying: ['email', '$3', 'argv[2]'], reason: null },
  ],
  ['/approve all 0c4w8x1z', { verb: 'approve-all', set: '0c4w8x1z' }],
  ['/deny 7f3k9q2m -- no', { verb: 'deny', ids: ['7f3k9q2m'], reason: 'no' }],
  ['/deny 7f3k9q2m --', { verb: 'deny', ids: ['7f3k9q2m'], reason: null }],
  ['/revoke 7f3k9q2m', { verb: 'revoke', ids: ['7f3k9q2m'] }],
  [
    '/approve! 7f3k9q2m 0c4w8x1z -- production is down',
    { verb: 'break-glass', ids: ['7f3k9q2m', '0c4w8x1z'], reason: 'production is down' },
  ],
  ['/jit explain 7f3k9q', { verb: 'explain', ids: ['7f3k9q'] }],
  ['/jit status', { verb: 'jit', what: 'status' }],
  ['/jit rerun', { verb: 'jit', what: 'rerun' }],
  ['/JIT Help', { verb: 'jit', what: 'help' }],
];

const refused: readonly (readonly [string, RegExp])[] = [
  ['/approve', /no action id is given.*Example: `\/approve 7f3k9q2m`/],
  ['/approve 7f3k9q2m please', /"please" is no action id/],
  ['/approve please 7f3k9q2m', /"please" is no action id/],
  ['/approve 7f3k9', /"7f3k9" is no action id \(6 or more/],
  ['/approve 7f3k9q2l', /without i, l, o, u/],
  ['/approve 7f3k9q2m --reason', /"--reason" is no action id/],
  ['/approve all', /needs the id of the set/],
  ['/approve all 0c4w8x', /is no set id/],
  ['/approve all 0c4w8x1z 7f3k9q2m', /is not understood after the set id/],
  ['/approve 7f3k9q2m varying', /no field is named/],
  ['/approve 7f3k9q2m varying a b', /separated by commas/],
  ['/approve 7f3k9q2m varying a,,b', /separated by commas/],
  ['/approve\u00a07f3k9q2m', /U\+00A0/],
  ['/approve 7f3k9q2m\u200b', /U\+200B/],
  ['/approve \uff17f3k9q2m', /U\+FF17/],
  ['\uff0fapprove 7f3k9q2m', /U\+FF0F/],
  ['\u200b/approve 7f3k9q2m', /U\+200B/],
  ['/approve-all 0c4w8x1z', /"\/approve-all"/],
  ['/approve:7f3k9q2m', /is written/],
  ['/revoke 7f3k9q2m -- why', /a reason is not taken/],
  ['/approve! 7f3k9q2m', /breaking the glass needs a reason/],
  ['/approve! 7f3k9q2m --', /breaking the glass needs a reason/],
  ['/approve! all 0c4w8x1z -- why', /"all" is no action id/],
  ['/approve\uff01 7f3k9q2m -- why', /U\+FF01/],
  ['/deny! 7f3k9q2m', /"\/deny!"/],
  ['/jit explain', /no action id is given/],
  ['/jit explain please', /"please" is no action id/],
  ['/jit', /a word is missing/],
  ['/jit restart', /"restart" is not understood/],
  ['/jit status now', /exactly one word/],
  [`/deny 7f3k9q2m -- ${'x'.repeat(501)}`, /at most 500/],
  [`/approve ${'7f3k9q2m'.repeat(10)}`, /…" is no action id/],
];

const notOurs = [
  '',
  'LGTM',
  '/retest',
  '/jitter',
  'please /approve 7f3k9q2m',
  ' /approve 7f3k9q2m',
  '\t/approve 7f3k9q2m',
  '> /approve 7f3k9q2m',
  '```\n/approve 7f3k9q2m\n```',
  '`/approve 7f3k9q2m`',
  'looks good\n/approve 7f3k9q2m',
  '\n/approve 7f3k9q2m',
  '<!--\n/approve 7f3k9q2m\n-->',
];

describe('commands in comments', () => {
  for (const [body, command] of understood)
    test(`${JSON.stringify(body)} is understood`, () =>
      assert.deepEqual(parseCommand(body), { kind: 'command', command }));

  for (const [body, why] of refused)
    test(`${JSON.stringify(body).slice(0, 60)} is refused with help`, () => {
      const parsed = parseCommand(body);
      assert.equal(parsed.kind, 'refused');
      if (parsed.kind === 'refused') {
        assert.match(parsed.why, why);
        assert.match(parsed.why, /^Nothing was done: .* Example: /);
      }
    });

  for (const body of notOurs)
    test(`${JSON.stringify(body)} is no command`, () => assert.deepEqual(parseCommand(body), none));

  test('nothing after the first line changes anything', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('\n', '\r\n', '\r'), (rest, end) => {
        assert.deepEqual(parseCommand(`/deny 7f3k9q2m${end}${rest}`), parseCommand('/deny 7f3k9q2m'));
      }),
    );
  });

  test('text in front of a command makes it none, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        const parsed = parseCommand(`${text}/approve 7f3k9q2m`);
        // a line end puts the command on a later line, an invisible character is answered with help
        assert.notEqual(parsed.kind, 'command');
      }),
    );
  });
});

describe('a slip before an id', () => {
  for (const [typed, meant] of [
    ['/aprove 7f3k9q2m', '/approve 7f3k9q2m'],
    ['/Approver 7f3k9q2m', '/approve 7f3k9q2m'],
    ['/denny 7f3k9q2m', '/deny 7f3k9q2m'],
  ] as const) {
    test(`${typed} does nothing and is asked about`, () => {
      const parsed = parseCommand(typed);
      assert.equal(parsed.kind, 'refused');
      assert.ok(parsed.kind === 'refused' && parsed.why.includes(`Did you mean \`${meant}\`?`));
    });
  }

  for (const other of ['/aprove', '/aprove please', '/retest 7f3k9q2m', '/lgtm 7f3k9q2m']) {
    test(`${other} is somebody else's`, () => assert.equal(parseCommand(other).kind, 'none'));
  }
});
