import { notFound } from '../../domain/refusal.ts';
import { resolveCommit } from '../../git/commit.ts';
import { tryGit } from '../../git/git.ts';
import { blob, entriesIn, entryAt, type TreeEntry } from '../../git/read.ts';
import type { Repository } from '../../model.ts';
import { type Json, nodeId } from '../../shapes/account.ts';
import { repositoryApi, repositoryPage } from '../../shapes/repository.ts';
import type { Call } from '../call.ts';
import { type Handler, ok, type Reply } from '../reply.ts';

/** Above this size GitHub sends no content in the JSON form; the raw form goes on to 100 MB. */
const largestInline = 1024 * 1024;

function entryShape(call: Call, repository: Repository, ref: string, entry: TreeEntry): Json {
  const path = entry.path.split('/').map(encodeURIComponent).join('/');
  const url = `${repositoryApi(call.world, repository)}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const isFile = entry.type === 'blob';
  const page = `${repositoryPage(call.world, repository)}/${isFile ? 'blob' : 'tree'}/${ref}/${path}`;
  const git = `${repositoryApi(call.world, repository)}/git/${isFile ? 'blobs' : 'trees'}/${entry.sha}`;
  return {
    type: entry.type === 'tree' ? 'dir' : entry.mode === '120000' ? 'symlink' : isFile ? 'file' : 'submodule',
    size: entry.size,
    name: entry.path.slice(entry.path.lastIndexOf('/') + 1),
    path: entry.path,
    sha: entry.sha,
    url,
    git_url: git,
    html_url: page,
    download_url: isFile ? `${repositoryPage(call.world, repository)}/raw/${ref}/${path}` : null,
    _links: { self: url, git, html: page },
  };
}

async function contents(call: Call): Promise<Reply> {
  const { repository } = call;
  call.need(repository, 'contents', 'read', 'read');
  const ref = call.asked('ref') ?? repository.defaultBranch;
  const commit = await resolveCommit(repository.folder, ref.replace(/^refs\//, ''));
  const path = call.word('path').replace(/^\/+|\/+$/g, '');
  const entry = commit ? await entryAt(repository.folder, commit, path) : null;
  if (!commit || !entry) throw notFound();
  if (entry.type === 'tree') {
    const inside = await entriesIn(repository.folder, commit, path);
    return ok(inside.map((each) => entryShape(call, repository, ref, each)));
  }
  const bytes = await blob(repository.folder, entry.sha);
  if (/\braw\b/.test(call.accept)) {
    return { status: 200, bytes, type: 'application/vnd.github.raw+json; charset=utf-8' };
  }
  const inline = bytes.byteLength <= largestInline;
  return ok({
    ...entryShape(call, repository, ref, entry),
    content: inline ? lines(bytes.toString('base64')) : '',
    encoding: inline ? 'base64' : 'none',
  });
}

/** GitHub breaks base64 into lines of 60 characters. */
function lines(base64: string): string {
  return base64.replace(/.{1,60}/g, '$&\n');
}

export const contentHandlers: Readonly<Record<string, Handler>> = {
  'repos/get-content': contents,
  'git/get-blob': async (call) => {
    const { repository } = call;
    call.need(repository, 'contents', 'read', 'read');
    const sha = call.word('file_sha');
    const type = await tryGit(repository.folder, ['cat-file', '-t', sha]);
    if (!/^[0-9a-f]{40}$/.test(sha) || type.stdout.toString().trim() !== 'blob') throw notFound();
    const bytes = await blob(repository.folder, sha);
    if (/\braw\b/.test(call.accept)) return { status: 200, bytes, type: 'application/vnd.github.raw' };
    return ok({
      sha,
      node_id: nodeId('Blob', repository.id) + sha.slice(0, 8),
      size: bytes.byteLength,
      url: `${repositoryApi(call.world, repository)}/git/blobs/${sha}`,
      content: lines(bytes.toString('base64')),
      encoding: 'base64',
    });
  },
};
