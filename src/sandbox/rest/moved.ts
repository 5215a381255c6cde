import type { Repository } from '../model.ts';
import { fullName, type World } from '../world.ts';
import type { Reply } from './reply.ts';

/** What follows a repository's place in an address. */
const byName = /^\/repos\/([^/]+)\/([^/]+)(\/.*)?$/;
const byNumber = /^\/repositories\/([1-9]\d*)(\/.*)?$/;

/** The repository that had this name before, while nobody else has it; `path` is the address under it. */
export function movedFrom(
  world: World,
  path: string,
): { readonly repository: Repository; readonly path: string } | null {
  const [, owner = '', name = '', rest = ''] = byName.exec(path) ?? [];
  if (world.repository(owner, name)) return null;
  const repository = world.formerly(owner, name);
  return repository === null ? null : { repository, path: rest };
}

/** Redirects lead to addresses by number, which no later name changes. */
export function byNumberToName(world: World, path: string): string {
  const [, id, rest = ''] = byNumber.exec(path) ?? [];
  const repository = world.repositories.get(Number(id));
  return repository ? `/repos/${fullName(repository)}${rest}` : path;
}

/** As GitHub redirects: reads for good, writes with their method and body. */
export function redirect(world: World, method: string, { id }: Repository, path: string): Reply {
  const url = `${world.apiUrl}/repositories/${id}${path}`;
  const read = method === 'GET' || method === 'HEAD';
  return {
    status: read ? 301 : 307,
    headers: { location: url },
    json: {
      message: read ? 'Moved Permanently' : 'Temporary Redirect',
      url,
      documentation_url:
        'https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects',
    },
  };
}
