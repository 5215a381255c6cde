#!/usr/bin/env bash
# Starts the action's program so that no secret stands in the environment of a process.
#
#   launch.sh restore|suite|conclude
#
# Any process of a user can read /proc/PID/environ of that user's other processes. So the whole environment goes
# to the program over file descriptor 3 (NAME=VALUE, each ended by a NUL byte, then end of file), and the program
# is exec'ed with nothing but what Node itself needs. Called by `exec` too, the program becomes the step's own
# process: the runner interrupts that one when a job is cancelled, and nothing below it.
set -u

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd) || exit 78

fail() {
  printf '::error title=JIT Approval cannot start::%s\n' "$1"
  exit 78
}

# Major version of a Node, asked without our environment; nothing when it is none.
major_of() {
  env -i PATH="$PATH" HOME="${HOME:-/}" "$1" --version 2>/dev/null | sed -n 's/^v\([0-9][0-9]*\)\..*/\1/p'
}

node=''
newest=0
# Keeps the newest candidate that is new enough. Arguments: paths, of which some do not exist.
consider() {
  local candidate major
  for candidate in "$@"; do
    [ -f "$candidate" ] && [ -x "$candidate" ] || continue
    major=$(major_of "$candidate")
    if [ "${major:-0}" -ge 22 ] && [ "$major" -gt "$newest" ]; then
      node=$candidate
      newest=$major
    fi
  done
}

# Folder of the runner's program, which started this process: its externals lie beside it.
runner_root() {
  local program
  program=$(readlink "/proc/$PPID/exe" 2>/dev/null || ps -o comm= -p "$PPID" 2>/dev/null)
  case $program in
    */bin/Runner.Worker) printf '%s' "${program%/bin/Runner.Worker}" ;;
  esac
}

case "${1-}" in
  restore | suite | conclude) ;;
  *) fail "launch.sh takes restore, suite or conclude; it was called with '${1-}'." ;;
esac

consider "$(command -v node 2>/dev/null)"
if [ -z "$node" ] && [ -n "${RUNNER_TOOL_CACHE:-}" ]; then
  consider "$RUNNER_TOOL_CACHE"/node/*/*/bin/node
fi
if [ -z "$node" ]; then
  root=$(runner_root)
  consider ${root:+"$root"/externals/node*/bin/node} /__e/node*/bin/node \
    ${RUNNER_TEMP:+"$RUNNER_TEMP"/../../externals/node*/bin/node}
fi
if [ -z "$node" ]; then
  fail "Node.js 22 or newer was not found: not on PATH, not in RUNNER_TOOL_CACHE (${RUNNER_TOOL_CACHE:-not set}) and not among the runner's externals. Add a step 'uses: actions/setup-node' with node-version 22 or newer before this action."
fi

exec 3< <(env -0)
exec env -i \
  PATH="$PATH" \
  HOME="${HOME:-/}" \
  TMPDIR="${TMPDIR:-/tmp}" \
  LANG="${LANG:-C.UTF-8}" \
  "$node" "$here/action.js" "$1"
