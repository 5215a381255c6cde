/** Random numbers that a seed repeats; only how processes interleave is left to the machine. */
export interface Random {
  /** True with this probability. */
  chance(probability: number): boolean;
  /** 0 to below `below`. */
  whole(below: number): number;
  pick<T>(from: readonly T[]): T;
}

/** A counter through the mixing function of SplitMix32. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  return {
    chance: (probability) => next() < probability,
    whole: (below) => Math.floor(next() * below),
    pick(from) {
      const found = from[Math.floor(next() * from.length)];
      if (found === undefined) throw new Error('nothing to pick from');
      return found;
    },
  };
}
