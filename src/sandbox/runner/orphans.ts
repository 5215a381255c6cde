import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** Processes that a job started, so that none outlives it. */
export interface ProcessLedger {
  /** Value of RUNNER_TRACKING_ID in every step's environment. */
  readonly trackingId: string;
  started(session: number): void;
  /** Kills what is left; tells each process it ended. */
  endAll(tell: (sentence: string) => void): Promise<void>;
}

interface Running {
  readonly pid: number;
  readonly name: string;
  readonly session: number;
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** Fields of /proc/PID/stat; the name stands in parentheses and may hold any character. */
function running(pid: number): Running | null {
  const stat = /^\d+ \((.*)\) (\S) \d+ \d+ (\d+) /s.exec(readOrNull(`/proc/${pid}/stat`) ?? '');
  return stat === null || stat[2] === 'Z' ? null : { pid, name: stat[1] ?? '', session: Number(stat[3]) };
}

function allRunning(): readonly Running[] {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return pids.flatMap((pid) => running(Number(pid)) ?? []);
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Sweeps, and milliseconds between them, after which a job that forks faster than it is killed is left alone. */
const sweeps = 50;
const pause = 10;

export function createProcessLedger(trackingId: string): ProcessLedger {
  const sessions = new Set<number>();
  const mine = (one: Running): boolean =>
    sessions.has(one.session) ||
    (readOrNull(`/proc/${one.pid}/environ`) ?? '').includes(`RUNNER_TRACKING_ID=${trackingId}`);
  return {
    trackingId,
    started: (session) => void sessions.add(session),
    async endAll(tell) {
      const told = new Set<number>();
      if (process.platform !== 'linux') {
        for (const session of sessions) kill(-session);
        return;
      }
      for (let sweep = 0; sweep < sweeps; sweep++) {
        const orphans = allRunning().filter(mine);
        if (orphans.length === 0) return;
        for (const orphan of orphans) {
          if (!kill(orphan.pid) || told.has(orphan.pid)) continue;
          told.add(orphan.pid);
          tell(`Terminate orphan process: pid (${orphan.pid}) (${orphan.name})`);
        }
        await setTimeout(pause);
      }
    },
  };
}
