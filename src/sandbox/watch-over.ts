import { spawn } from 'node:child_process';

/**
 * SIGINT ends a PostgreSQL without waiting for its clients, and the App as Ctrl-C does. Steps of a job, in
 * sessions of their own, are told by their RUNNER_TEMP where the system shows it. A git that was at work may write into
 * the folder while it is removed.
 */
const script = `
read -r word; [ "$word" = done ] && exit 0
for file in "$1"/*.pid; do
  pid=$(head -n 1 "$file" 2>/dev/null)
  [ -n "$pid" ] && kill -INT "$pid" 2>/dev/null || continue
  for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2>/dev/null || break; sleep 0.5; done
done
for process in $(grep -alF "RUNNER_TEMP=$1/" /proc/[0-9]*/environ 2>/dev/null); do
  pid=\${process#/proc/}; kill -KILL "\${pid%/environ}" 2>/dev/null
done
for _ in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$1" && break; sleep 0.5; done`;

/**
 * Removes a folder, and ends the processes whose numbers stand in its files *.pid (PostgreSQL's own `postmaster.pid`)
 * and the steps of jobs that work in it, when this process is gone without having done it, as after SIGKILL: a shell in
 * a session of its own reads from a pipe that ends with this process. Whoever has put the folder away calls the answer;
 * until then the shell does nothing.
 */
export function watchOver(folder: string): () => void {
  const shell = spawn('sh', ['-c', script, 'sh', folder], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env.PATH },
  });
  shell.unref();
  // where there is no shell nobody watches, as before
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  return () => void shell.stdin.end('done\n');
}
