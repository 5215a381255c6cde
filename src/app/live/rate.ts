/** Requests of one run within a window. Connections that break and come back need a few a minute. */
const most = 120;
const windowMs = 60_000;

/** True while a run may ask again: each request costs a few of our own to GitHub. */
export function rateLimit(now: () => number): (runId: number) => boolean {
  let since = now();
  let counts = new Map<number, number>();
  return (runId) => {
    if (now() - since > windowMs) {
      since = now();
      counts = new Map();
    }
    const count = (counts.get(runId) ?? 0) + 1;
    counts.set(runId, count);
    return count <= most;
  };
}
