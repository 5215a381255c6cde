import { Buffer } from 'node:buffer';
import * as z from 'zod';
import { codeownersPaths, maximumCodeowners } from '../approval/codeowners.ts';
import type { Client } from './client.ts';
import { split } from './client.ts';
import type { AppGitHub } from './port.ts';

const branchSchema = z.object({ commit: z.object({ sha: z.string() }) });
const entrySchema = z.union([
  z.object({ type: z.literal('file'), size: z.int(), sha: z.string() }),
  z.object({ type: z.string() }),
  z.array(z.unknown()),
]);
const blobSchema = z.object({ content: z.string(), encoding: z.literal('base64') });

export function codeownersCalls(client: Client): Pick<AppGitHub, 'codeowners'> {
  return {
    async codeowners(repository, branch) {
      const place = split(repository);
      const route = 'GET /repos/{owner}/{repo}/branches/{branch}';
      const tip = await client.one(branchSchema, route, { ...place, branch });
      for (const path of codeownersPaths) {
        const entry = await client.maybe(entrySchema, 'GET /repos/{owner}/{repo}/contents/{path}', {
          ...place,
          path,
          ref: tip.commit.sha,
        });
        if (entry === null || Array.isArray(entry) || !('size' in entry)) continue;
        if (entry.size > maximumCodeowners) return { path, text: null };
        // the contents carry no text above 1 MB, a blob does
        const blob = await client.one(blobSchema, 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}', {
          ...place,
          file_sha: entry.sha,
        });
        return { path, text: Buffer.from(blob.content, 'base64').toString('utf8') };
      }
      return null;
    },
  };
}
