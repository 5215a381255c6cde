import type { RuntimeAction, SqlAnalysis } from '../policy/action.ts';
import { type Met, recordedOf } from '../report/recorded.ts';
import type { Recorded } from '../report/recorded-schema.ts';

/** Enough samples of a shape to see a rule's `when` go both ways; a run of any length stays in bounded memory. */
const maximumSamples = 20;
/** Executions of a shape that are looked at for new values; further ones are only counted. */
const maximumLooks = 200;
const maximumEntries = 2_000;
const maximumEntryLength = 16_000;
const maximumLength = 2_000_000;

interface Shape {
  looks: number;
  samples: number;
}

/** Samples of what a run did, for judging it again under another policy. */
export class Recording {
  readonly #secrets: readonly string[];
  readonly #shapes = new Map<string, Shape>();
  /** Samples as JSON, and how often each was met. */
  readonly #entries = new Map<string, number>();
  #length = 0;
  #leftOut = 0;

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
  }

  /** Whether the next one of this shape would be looked at. */
  wants(action: RuntimeAction): boolean {
    if (this.#entries.size >= maximumEntries) return false;
    const shape = this.#shapes.get(shapeKey(action));
    return shape === undefined || (shape.looks < maximumLooks && shape.samples < maximumSamples);
  }

  add(met: Met): void {
    const key = shapeKey(met.action);
    const shape = this.#shapes.get(key) ?? { looks: 0, samples: 0 };
    if (this.#shapes.size < maximumEntries) this.#shapes.set(key, shape);
    shape.looks += 1;
    // what was flagged is looked up by its id, and is rare
    if (met.id === null && (shape.looks > maximumLooks || shape.samples >= maximumSamples)) {
      this.#leftOut += 1;
      return;
    }
    const text = this.#sample(met);
    if (text === null) {
      this.#leftOut += 1;
      return;
    }
    const known = this.#entries.get(text);
    if (known !== undefined) {
      this.#entries.set(text, known + 1);
    } else if (
      this.#entries.size >= maximumEntries ||
      text.length > maximumEntryLength ||
      this.#length + text.length > maximumLength
    ) {
      this.#leftOut += 1;
    } else {
      this.#entries.set(text, 1);
      this.#length += text.length;
      shape.samples += 1;
    }
  }

  /** A sample changes no verdict: one that cannot be made is left out. */
  #sample(met: Met): string | null {
    try {
      return JSON.stringify(recordedOf(met, this.#secrets));
    } catch {
      return null;
    }
  }

  /** What no reader would take is left out as well; seen to only here, as it takes longer than the rest. */
  async results(): Promise<{ recorded: Recorded[]; recordedLeftOut: number }> {
    const { recordedSchema } = await import('../report/recorded-schema.ts');
    const recorded: Recorded[] = [];
    let leftOut = this.#leftOut;
    for (const [text, count] of this.#entries) {
      const read = recordedSchema.safeParse({ ...JSON.parse(text), count });
      if (read.success) recorded.push(read.data);
      else leftOut += count;
    }
    return { recorded, recordedLeftOut: leftOut };
  }
}

/** Texts that differ in their values alone share their shape, and a suite runs few statements many times. */
const shapes = new WeakMap<SqlAnalysis['shape'], string>();

function statementShape({ shape }: SqlAnalysis): string {
  const kept = shapes.get(shape) ?? shape.join('\u0000');
  shapes.set(shape, kept);
  return kept;
}

function shapeKey(action: RuntimeAction): string {
  const { name } = action.target;
  switch (action.kind) {
    case 'sql':
      return `sql ${name} ${statementShape(action.analysis)}`;
    case 'http':
      return `http ${name} ${action.method.known ? action.method.value : ''} ${action.path.known ? action.path.value : ''}`;
    case 'command':
      return `command ${action.name} ${action.argv[0] ?? ''}`;
    case 'call':
      return `call ${name} ${action.name}`;
  }
}
