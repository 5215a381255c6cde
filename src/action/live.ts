import { JitError } from '../errors.ts';
import type { CommentSource } from '../github/comment-source.ts';
import type { Policy } from '../policy/parse.ts';
import { durationMs, durationSchema } from '../policy/schema/approvals.ts';
import { commandData } from '../report/escape.ts';
import { pollingGrants } from '../suite/polling-grants.ts';
import type { Waiting } from '../suite/wait-for-people.ts';
import type { Environment, JobContext } from './job-context.ts';

/** How this job can wait for decisions, or why it cannot where something asks it to. */
export interface Live {
  readonly waiting: Waiting | null;
  readonly notice: string | null;
}

/**
 * The way to the App at the address of the input `app-url`, with the job's own ID tokens; without an App the
 * comments of the pull request. Where a rule or the input `wait` asks for waiting and there is no such way, the run
 * says so at its start and waits for nothing.
 */
export async function liveOf(
  environment: Environment,
  { run }: JobContext,
  policy: Policy,
  comments: CommentSource | null,
  used: Map<string, number>,
  write: (line: string) => void,
): Promise<Live> {
  const waitMs = waitOf(environment.JIT_INPUT_WAIT ?? '');
  const asked = waitMs !== null || rulesWait(policy);
  if (!asked) return { waiting: null, notice: null };
  // commands are stopped while a step runs, and foreign words could hold one that is not
  const say = (sentence: string) => write(commandData(sentence));
  if (comments !== null && policy.mode !== 'record') {
    const { reread } = comments;
    return { waiting: { live: pollingGrants({ reread, now: Date.now, say }), waitMs }, notice: null };
  }
  const url = environment.ACTIONS_ID_TOKEN_REQUEST_URL ?? '';
  const token = environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? '';
  const app = (environment.JIT_INPUT_APP_URL ?? '').replace(/\/+$/, '');
  const lacking =
    policy.mode === 'record'
      ? 'the policy only records, so nothing is held'
      : policy.app === null
        ? 'this run belongs to no pull request whose comments it could read'
        : run.pullRequest === null
          ? 'this run belongs to no pull request'
          : app === ''
            ? 'the input "app-url" does not say where the App is'
            : url === '' || token === ''
              ? 'the job has no ID tokens; give it the permission `id-token: write` (runs of forks have none in any case)'
              : null;
  if (lacking !== null) {
    const notice = `Waiting ("wait") is ignored: ${lacking}. Held runtime actions fail at once and run again after approval.`;
    return { waiting: null, notice };
  }
  const [{ openChannel }, { requestIdToken }, { waitingGrants }] = await Promise.all([
    import('../live/channel.ts'),
    import('../live/id-token.ts'),
    import('../suite/waiting-grants.ts'),
  ]);
  const idToken = (audience: string) => requestIdToken({ url, token }, audience);
  const channel = openChannel({ app: checked(app), job: run.job, idToken });
  return { waiting: { live: waitingGrants({ channel, used, now: Date.now, say }), waitMs }, notice: null };
}

function waitOf(text: string): number | null {
  if (text === '') return null;
  const parsed = durationSchema.safeParse(text);
  if (parsed.success) return durationMs(parsed.data);
  throw new JitError(
    'USAGE',
    `The input "wait" is ${JSON.stringify(text)}; expected a duration such as 30s or 5m.`,
  );
}

function rulesWait({ layers }: Policy): boolean {
  return layers.some(({ rules }) => rules.some(({ ref }) => ref.waitMs !== null));
}

/** Tokens go there: never in the clear, but for a machine's own loopback. */
function checked(app: string): string {
  const { protocol, hostname } = URL.parse(app) ?? { protocol: '', hostname: '' };
  const loopback = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  if (protocol === 'https:' || (protocol === 'http:' && loopback)) return app;
  throw new JitError('USAGE', `The input "app-url" is ${JSON.stringify(app)}; expected an https URL.`);
}
