import type { Issues } from './issues.ts';
import type { Masker } from './masker.ts';
import { parseWorkflowCommand, type WorkflowCommand } from './workflow-command.ts';

export interface LineSink {
  /** Writes a masked line of the log. */
  readonly log: (line: string) => void;
  readonly issues: Issues;
  readonly masker: Masker;
  readonly debug: boolean;
}

const levels = { error: 'failure', warning: 'warning', notice: 'notice' } as const;

/** Commands that GitHub has switched off; their line is printed, and a warning says what to use. */
const removed: Readonly<Record<string, string>> = {
  'set-output': '$GITHUB_OUTPUT',
  'save-state': '$GITHUB_STATE',
  'set-env': '$GITHUB_ENV',
  'add-path': '$GITHUB_PATH',
};

/** Reads the output of one step line by line: obeys workflow commands, logs the rest. */
export function createLineReader(sink: LineSink): (line: string) => void {
  let stopToken: string | null = null;

  function obey(command: WorkflowCommand, line: string): void {
    const { name, properties, data } = command;
    const instead = removed[name];
    if (name === 'error' || name === 'warning' || name === 'notice') {
      const { file, line: at, endline, title } = properties;
      sink.issues.add(levels[name], data, { file, line: at, endLine: endline, title });
    } else if (name === 'add-mask') {
      if (data.trim() === '')
        sink.issues.add('warning', "Can't add secret mask for empty string in ##[add-mask] command.");
      else sink.masker.add(data);
    } else if (name === 'debug') {
      if (sink.debug) sink.log(`##[debug]${data}`);
    } else if (name === 'group' || name === 'endgroup')
      sink.log(`##[${name}]${name === 'group' ? data : ''}`);
    else if (name === 'stop-commands') {
      sink.log(line);
      stopToken = data.toLowerCase();
    } else if (instead !== undefined) {
      sink.issues.add(
        'warning',
        `The \`${name}\` command is disabled and was ignored. Write to ${instead} instead.`,
      );
    } else sink.log(line);
  }

  return (line) => {
    const command = parseWorkflowCommand(line);
    if (stopToken !== null) {
      if (command?.name === stopToken) stopToken = null;
      sink.log(line);
    } else if (command === null) sink.log(line);
    else obey(command, line);
  };
}
