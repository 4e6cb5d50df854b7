import { type Family, labelsText } from "./family.ts";

/** What a pool of connections says about itself. `@shaperail/db` says it; so can any other pool. */
export interface PoolState {
  readonly inUse: number;
  readonly idle: number;
  /** Callers waiting for a connection. */
  readonly waiting: number;
  /** Most connections there can be. */
  readonly size: number;
}

export interface PoolMetrics {
  /** The database named `default` is the one the family without labels is about. */
  add(database: string, state: () => PoolState): void;
  readonly families: readonly Family[];
}

const DEFAULT = "default";

/** Gauges of the pools, read when the page is. */
export function createPoolMetrics(): PoolMetrics {
  const pools = new Map<string, () => PoolState>();
  const perPool = (name: string, help: string, value: (state: PoolState) => number): Family => ({
    name,
    help,
    type: "gauge",
    samples: () =>
      [...pools].map(([database, state]) => ({ suffix: "", labels: labelsText({ database }), value: value(state()) })),
  });
  return {
    add(database, state) {
      pools.set(database, state);
    },
    families: [
      {
        name: "shaperail_db_pool_size",
        help: "Connections of the default database in use.",
        type: "gauge",
        samples: () => [{ suffix: "", labels: "", value: pools.get(DEFAULT)?.().inUse ?? 0 }],
      },
      perPool("shaperail_db_pool_in_use", "Connections in use, by database.", ({ inUse }) => inUse),
      perPool("shaperail_db_pool_idle", "Open connections that nobody uses, by database.", ({ idle }) => idle),
      perPool("shaperail_db_pool_max", "Most connections there can be, by database.", ({ size }) => size),
      perPool("shaperail_db_pool_waiting", "Callers waiting for a connection, by database.", ({ waiting }) => waiting),
    ],
  };
}
