import * as z from 'zod';

/** How a rule could let a flagged action pass from now on, as a run proposes it. Whoever shows it escapes it. */
export const rememberedSchema = z.strictObject({
  rule: z.string().max(200),
  file: z.string().max(1000).nullable(),
  line: z.int().min(1).nullable(),
  /** Where in the file the entry belongs. */
  place: z.string().max(400),
  /** YAML to paste; null where there is none, and `why` says so. */
  entry: z.string().max(2000).nullable(),
  why: z.string().max(500).nullable(),
  /** The rule is the organisation's: the repository cannot change it. */
  organisation: z.boolean(),
  /** GitHub's editor at that file. */
  edit: z.string().max(2000).nullable(),
  /** Runtime actions of this run that the entry would let pass, one line each, and how many more. */
  matches: z.array(z.string().max(1000)).max(10),
  more: z.int().min(0),
});
export type Remembered = z.infer<typeof rememberedSchema>;
