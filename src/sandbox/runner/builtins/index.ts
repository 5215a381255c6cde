import type { Builtin } from './builtin.ts';
import { checkout } from './checkout.ts';
import { downloadArtifact } from './download-artifact.ts';
import { setupNode } from './setup-node.ts';
import { uploadArtifact } from './upload-artifact.ts';

const builtins: Readonly<Record<string, Builtin>> = {
  'actions/checkout': checkout,
  'actions/setup-node': setupNode,
  'actions/upload-artifact': uploadArtifact,
  'actions/download-artifact': downloadArtifact,
};

/** The builtin for a `uses`, whatever its ref; null for other actions. */
export function builtinOf(uses: string): Builtin | null {
  const [name = '', ref] = uses.split('@');
  return ref === undefined ? null : (builtins[name] ?? null);
}
