import { notFound, Refusal } from '../../domain/refusal.ts';
import type { Artifact } from '../../run-model.ts';
import { artifactShape } from '../../shapes/run.ts';
import type { Call } from '../call.ts';
import { counted, type Handler, ok, paged, type Reply } from '../reply.ts';
import { runOf } from './actions.ts';

function list(call: Call, keep: (artifact: Artifact) => boolean): Promise<Reply> {
  const name = call.asked('name');
  const found = [...call.world.artifacts.values()]
    .filter((each) => keep(each) && (name === null || each.name === name))
    .reverse();
  const now = call.world.now();
  return paged(call, found, (each) => artifactShape(call.world, each, now), counted('artifacts'));
}

function artifactOf(call: Call): Artifact {
  const { repository } = call;
  call.need(repository, 'actions', 'read', 'read');
  const artifact = call.world.artifacts.get(call.id('artifact_id'));
  if (!artifact || artifact.run.repository !== repository) throw notFound();
  return artifact;
}

export const artifactHandlers: Readonly<Record<string, Handler>> = {
  'actions/list-workflow-run-artifacts': (call) => {
    const run = runOf(call);
    return list(call, (each) => each.run === run);
  },
  'actions/list-artifacts-for-repo': (call) => {
    const { repository } = call;
    call.need(repository, 'actions', 'read', 'read');
    return list(call, (each) => each.run.repository === repository);
  },
  'actions/get-artifact': (call) => ok(artifactShape(call.world, artifactOf(call), call.world.now())),
  'actions/download-artifact': (call) => {
    const artifact = artifactOf(call);
    if (call.word('archive_format') !== 'zip') throw notFound();
    if (artifact.expiresAt <= call.world.now()) throw new Refusal(410, 'Artifact has expired');
    const key = call.world.blobs.grant('artifact', artifact.id);
    return { status: 302, headers: { location: `${call.world.url}/_blobs/artifacts/${key}` } };
  },
};
