/**
 * A map that forgets what was not used lately, in O(1) without sweeps: two generations, of which the older is dropped
 * whole. It holds at most `entriesMax` entries, and always the latest half of that.
 */
export interface RecentMap<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  delete(key: K): void;
  /** Removes the entries for which the test holds. */
  deleteWhere(test: (value: V) => boolean): void;
  clear(): void;
  /** Starts a new generation: what is not used until the next turn is forgotten then. */
  turn(): void;
  size(): number;
}

export function createRecentMap<K, V extends object>(entriesMax: number): RecentMap<K, V> {
  const half = Math.max(1, Math.floor(entriesMax / 2));
  let young = new Map<K, V>();
  let old = new Map<K, V>();

  function turn(): void {
    old = young;
    young = new Map();
  }

  function set(key: K, value: V): void {
    if (young.size >= half && !young.has(key)) turn();
    old.delete(key);
    young.set(key, value);
  }

  return {
    get(key) {
      const value = young.get(key);
      if (value !== undefined) return value;
      const aging = old.get(key);
      if (aging !== undefined) set(key, aging);
      return aging;
    },
    set,
    delete(key) {
      young.delete(key);
      old.delete(key);
    },
    deleteWhere(test) {
      for (const map of [young, old]) for (const [key, value] of map) if (test(value)) map.delete(key);
    },
    clear() {
      young = new Map();
      old = new Map();
    },
    turn,
    size: () => young.size + old.size,
  };
}
