/** Keeps what is used and forgets the rest: a bound on memory that costs one look-up on a hit. */
export interface BoundedCache<V> {
  get(key: string, make: () => V): V;
}

/**
 * Two generations: when the young one holds half of `entriesMax`, the old one is dropped; what was used since then has
 * moved to the young one.
 */
export function createBoundedCache<V>(entriesMax: number): BoundedCache<V> {
  let young = new Map<string, V>();
  let old = new Map<string, V>();
  return {
    get(key, make) {
      const hit = young.get(key);
      if (hit !== undefined) return hit;
      const value = old.get(key) ?? make();
      if (young.size >= entriesMax / 2) {
        old = young;
        young = new Map();
      }
      young.set(key, value);
      return value;
    },
  };
}
