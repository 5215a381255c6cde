import { app } from './app.ts';
import { bound } from './bound.ts';
import { comments } from './comments.ts';
import type { Defence } from './defence.ts';
import { groups } from './groups.ts';
import { http } from './http.ts';
import { names } from './names.ts';
import { people } from './people.ts';
import { policies } from './policy.ts';
import { postgres } from './postgres.ts';
import { replicas } from './replicas.ts';
import { reports } from './reports.ts';
import { seen } from './seen.ts';
import { sql } from './sql.ts';
import { surfaces } from './surfaces.ts';

/** Every defence that scripts/defences.ts takes out. */
export const defences: readonly Defence[] = [
  ...seen,
  ...bound,
  ...people,
  ...reports,
  ...policies,
  ...sql,
  ...surfaces,
  ...postgres,
  ...names,
  ...http,
  ...app,
  ...comments,
  ...groups,
  ...replicas,
];
