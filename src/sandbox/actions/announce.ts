import type { Account } from '../model.ts';
import type { Attempt, Job, Run } from '../run-model.ts';
import { jobShape, runShape, workflowShape } from '../shapes/run.ts';
import { publish } from '../webhooks/publish.ts';
import type { World } from '../world.ts';

export async function announceRun(
  world: World,
  run: Run,
  attempt: Attempt,
  action: 'requested' | 'in_progress' | 'completed',
): Promise<void> {
  const workflow_run = await runShape(world, run, attempt);
  publish(world, {
    event: 'workflow_run',
    action,
    repository: run.repository,
    sender: attempt.triggeredBy,
    body: { workflow_run, workflow: workflowShape(world, run) },
  });
}

export function announceJob(world: World, job: Job, action: 'queued' | 'in_progress' | 'completed'): void {
  const sender: Account = job.run.attempts.at(-1)?.triggeredBy ?? job.run.actor;
  publish(world, {
    event: 'workflow_job',
    action,
    repository: job.run.repository,
    sender,
    body: { workflow_job: jobShape(world, job) },
  });
}
