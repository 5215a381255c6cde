// Runs first in every npm script, on whatever Node there is. The exact `node` devDependency puts Node 24 on
// the PATH of npm scripts; when it is missing (for instance `npm ci --omit=dev`), say so in one sentence.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `JIT Approval's scripts run on Node 24, which "npm ci" installs into node_modules; this is Node ${process.versions.node}. ` +
      'Either it did not finish (read its messages), or it ran with --omit=dev or without install scripts.',
  );
  process.exit(1);
}
