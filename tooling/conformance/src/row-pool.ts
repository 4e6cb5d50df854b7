import type { Known } from "./recipe.ts";
import type { Relations } from "./relations.ts";

/** Keys of rows that were seen, so that requests are about rows that exist. */
export interface RowPool {
  /** The key that a placeholder stands for now; undefined when no row is known. */
  keyOf(known: Known): unknown;
  /** Remembers the rows of a list, or of something created. */
  learn(resource: string, rows: readonly unknown[]): void;
  forget(resource: string, keys: readonly unknown[]): void;
}

const MOST_KEYS = 300;

export function createRowPool({ primaryKeys }: Relations): RowPool {
  const pools = new Map([...primaryKeys.keys()].map((name) => [name, new Set<unknown>()]));
  return {
    keyOf({ known, at }) {
      const keys = [...(pools.get(known) ?? [])];
      return keys.length === 0 ? undefined : keys[at % keys.length];
    },
    learn(resource, rows) {
      const pool = pools.get(resource);
      const name = primaryKeys.get(resource) ?? "";
      for (const row of rows) {
        const isRow = typeof row === "object" && row !== null && Object.hasOwn(row, name);
        if (isRow && pool !== undefined && pool.size < MOST_KEYS) pool.add((row as Record<string, unknown>)[name]);
      }
    },
    forget(resource, keys) {
      for (const key of keys) pools.get(resource)?.delete(key);
    },
  };
}
