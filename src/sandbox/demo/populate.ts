import path from 'node:path';
import type { FileChange } from '../git/commit.ts';
import type { RequiredCheck } from '../model.ts';
import type { Sandbox } from '../sandbox.ts';
import { manifest } from './manifest.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** The people, and their organisation acme: alan writes to its repositories, grace and katherine maintain them. */
export function makePeople({ create }: Sandbox): void {
  create.user('alan', 'Alan');
  create.user('grace', 'Grace');
  create.user('katherine', 'Katherine');
  create.organization('acme', { grace: 'admin', katherine: 'member', alan: 'member' });
}

export interface AppCredentials {
  readonly appId: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
}

/** Makes the App under a number and installs it on acme. */
export function installApp({ create }: Sandbox, appId: number): AppCredentials {
  const app = create.app({
    slug: 'jit-approval',
    name: 'JIT Approval',
    owner: 'acme',
    id: appId,
    ...manifest(root),
  });
  create.installation(appId, 'acme');
  return { appId, privateKey: app.privateKey, webhookSecret: app.webhook?.secret ?? crypto.randomUUID() };
}

export interface NewRepository {
  /** `acme/NAME` */
  readonly fullName: string;
  readonly files: Readonly<Record<string, FileChange>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly defaultBranch: string;
  /** Checks that the default branch requires. */
  readonly required: readonly RequiredCheck[];
}

export async function makeRepository({ create }: Sandbox, made: NewRepository): Promise<void> {
  const { fullName, files, secrets, defaultBranch, required } = made;
  await create.repository(fullName, {
    files,
    secrets,
    defaultBranch,
    collaborators: { alan: 'write', grace: 'maintain', katherine: 'maintain' },
    protect: { [defaultBranch]: required },
  });
}
