import { parseArgs } from 'node:util';
import { JitError, messageOf } from '../../errors.ts';

export interface DemoArguments {
  /** Play the people too. */
  readonly auto: boolean;
  readonly help: boolean;
  /** Port of the page; 0 for any. */
  readonly port: number;
  /** Folder of a repository of one's own, or null for the example. */
  readonly repo: string | null;
}

export const usage = `npm run demo                     the example; you are the maintainer
npm run demo -- --auto           the example, with the people played too
npm run demo -- --repo FOLDER    a repository of your own, as it lies there
                --port NUMBER    port of the page (default: any free one)
`;

/** Throws a JitError with a sentence and the usage. */
export function readArguments(argv: readonly string[]): DemoArguments {
  const values = parsed(argv);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw wrong(`--port takes a number from 0 to 65535, and met "${values.port}".`);
  }
  if (values.auto && values.repo !== undefined) {
    throw wrong('--auto plays the example; with --repo the people are you.');
  }
  return { auto: values.auto, help: values.help, port, repo: values.repo ?? null };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        auto: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        port: { type: 'string', default: '0' },
        repo: { type: 'string' },
      },
    }).values;
  } catch (thrown) {
    throw wrong(messageOf(thrown));
  }
}

function wrong(sentence: string): JitError {
  return new JitError('ARGUMENTS', `${sentence}\n\n${usage}`);
}
