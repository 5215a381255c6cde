import type { Json, Known } from '../../policy/action.ts';
import { formDecode } from './request-target.ts';

/**
 * application/x-www-form-urlencoded as an object of strings. Unknown where servers disagree: a name that stands
 * twice, escapes that are no UTF-8, a bare semicolon (older servers read it as `&`).
 */
export function parseForm(text: string): Known<Json> {
  const fields = new Map<string, string>();
  if (text.includes(';')) return { known: false, why: 'a form with a bare semicolon' };
  for (const part of text.split('&')) {
    if (part === '') continue;
    const cut = part.indexOf('=');
    const name = formDecode(cut === -1 ? part : part.slice(0, cut));
    const value = formDecode(cut === -1 ? '' : part.slice(cut + 1));
    if (name === null || value === null) return { known: false, why: 'a form whose escapes are no UTF-8' };
    if (fields.has(name)) {
      return { known: false, why: `the form field ${JSON.stringify(name.slice(0, 80))} twice` };
    }
    fields.set(name, value);
  }
  return { known: true, value: Object.fromEntries(fields) };
}
