/** Holds every `jit-approval guard --kind deploy`. */
export const policy = `version: 1
app: 1001
workflows: [integration.yml]
default: allow
rules:
  - id: deployments
    on: { command: { name: deploy } }
    hold: { reason: Deploys to the staging system }
`;

/** What a scenario's workflow has beside the use of the action. */
interface Parts {
  readonly on?: string;
  readonly permissions?: string;
  readonly job?: string;
  readonly env?: string;
  readonly before?: string;
  readonly condition?: string;
  readonly steps?: string;
  readonly afterwards?: string;
}

export function workflow(parts: Parts = {}): string {
  const { on = 'pull_request', permissions = 'contents: read, checks: read' } = parts;
  const steps = parts.steps ?? '- { id: deploy, run: jit-approval guard --kind deploy -- trace deploy }';
  return `name: Integration
on: ${on}
permissions: { ${permissions} }
jobs:
  integration:
    runs-on: ubuntu-24.04
    env: { TRACES: "\${{ vars.TRACES }}"${parts.env ?? ''} }
${parts.job ?? ''}
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with: { persist-credentials: false }
${parts.before ?? ''}
      - uses: jit-approval/jit-approval@v1
        id: jit
${parts.condition === undefined ? '' : `        if: ${parts.condition}\n`}        with:
          steps: |
${steps.replace(/^/gm, '            ')}
      - if: always()
        run: 'echo "outputs: result=$RESULT held=$HELD denied=$DENIED"'
        env:
          RESULT: \${{ steps.jit.outputs.result }}
          HELD: \${{ steps.jit.outputs.held }}
          DENIED: \${{ steps.jit.outputs.denied }}
${parts.afterwards ?? ''}`;
}
