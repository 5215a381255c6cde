import * as z from 'zod';

/**
 * The form of a runtime action: what people see and what an approval binds, one value for both. The shape is
 * cut at its values as a template is, so that no text inside a value can pass for shape.
 */
export const formValueSchema = z.strictObject({
  /** Unique within the form: column (`email`), `body.amount`, `argv[2]`, `$3`. */
  name: z.string().max(300),
  type: z.enum(['string', 'number', 'boolean', 'null', 'bytes', 'redacted', 'varies']),
  /** Text of the value; empty for null, redacted and varies. */
  text: z.string(),
  /** True when the value decides what is touched (WHERE, path, query, argv): never offered as varying. */
  selects: z.boolean(),
});
export type FormValue = z.infer<typeof formValueSchema>;

export const actionFormSchema = z.strictObject({
  kind: z.enum(['sql', 'http', 'command', 'call']),
  /** Identity of the target, see `Target.identity`. */
  target: z.string().max(500),
  role: z.string().max(200).nullable(),
  /** `schema.table` of every relation named, or null where they could not be resolved or do not apply. */
  relations: z.array(z.string().max(300)).max(1000).nullable(),
  /** One part more than values. */
  shape: z.array(z.string()).min(1),
  values: z.array(formValueSchema),
  /** Numbers that a flagging rule read, each covered up to a power of ten. */
  evidence: z
    .array(z.strictObject({ name: z.literal('estimatedRows'), upTo: z.string().regex(/^10{0,400}$/) }))
    .max(1)
    .optional(),
  /** The rules that flagged it, sorted by id. */
  rules: z.array(z.strictObject({ id: z.string().max(200), digest: z.string().regex(/^[0-9a-f]{64}$/) })),
});
export type ActionForm = z.infer<typeof actionFormSchema>;
