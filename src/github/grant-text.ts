import { type GrantSet, grantSetSchema } from '../approval/grant.ts';
import { messageOf } from '../errors.ts';

/** The counterpart of `grantTexts`: JSON is one line, so that nothing inside it can end the fence. */
const fence = /^```json\n(\{[^\n]*\})\n```$/;

/** Grants out of a check run's text: null when it has none, `problem` when it cannot be read. */
export function readGrantText(text: string): GrantSet | { readonly problem: string } | null {
  if (text.trim() === '') return null;
  const json = fence.exec(text.trim())?.[1];
  if (json === undefined) return { problem: 'it is not one fenced line of JSON' };
  try {
    const parsed = grantSetSchema.safeParse(JSON.parse(json));
    return parsed.success ? parsed.data : { problem: parsed.error.issues[0]?.message ?? 'no grant set' };
  } catch (thrown) {
    return { problem: messageOf(thrown) };
  }
}
