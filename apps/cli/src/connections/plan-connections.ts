/** A pool of the project, as every replica of the application opens it, in however many processes. */
export interface PlannedPool {
  /** Name of the connection. */
  readonly name: string;
  readonly poolSize: number;
  /** The pool ends at a pooler, and how many connections that one opens is its own setting. */
  readonly isPooled: boolean;
}

/** What a server allows, and what others take of it now. */
export interface ServerFacts {
  /** `host:port`. */
  readonly address: string;
  readonly maxConnections: number;
  /** Kept for administrators: `superuser_reserved_connections` and `reserved_connections`. */
  readonly reserved: number;
  /** Connections that are not this application's. */
  readonly otherClients: number;
}

export interface PlanRequest {
  readonly server: ServerFacts;
  readonly pools: readonly PlannedPool[];
  readonly replicas: number;
  /** Replicas that run besides during a rollout. */
  readonly surge: number;
}

export interface ConnectionPlan {
  readonly server: ServerFacts;
  readonly pools: readonly PlannedPool[];
  /** Replicas that run at the same time, at most. */
  readonly instances: number;
  /** Connections that all of them open, at most. */
  readonly needed: number;
  /** What the server gives to ordinary clients. */
  readonly available: number;
  /** What stays free; below 0 what is missing. */
  readonly left: number;
  readonly verdict: "pass" | "tight" | "over";
  /** A `pool_size` for each pool with which it passes; undefined when it passes, or when there is none. */
  readonly fittingPoolSizes: Readonly<Record<string, number>> | undefined;
  /** A `max_connections` with which it passes as it is; undefined when it passes. */
  readonly fittingMaxConnections: number | undefined;
}

/** What is to stay free for people, migrations and whatever comes next. */
const HEADROOM = 0.1;

/** Compares what the application may open with what the server has to give. */
export function planConnections({ server, pools, replicas, surge }: PlanRequest): ConnectionPlan {
  const instances = replicas + surge;
  const direct = pools.filter(({ isPooled }) => !isPooled);
  const needed = instances * direct.reduce((sum, { poolSize }) => sum + poolSize, 0);
  const available = server.maxConnections - server.reserved;
  const left = available - server.otherClients - needed;
  const verdict = left < 0 ? "over" : left < available * HEADROOM ? "tight" : "pass";
  const isFine = verdict === "pass" || direct.length === 0;
  const perInstance = Math.floor((Math.floor(available * (1 - HEADROOM)) - server.otherClients) / instances);
  return {
    server,
    pools,
    instances,
    needed,
    available,
    left,
    verdict,
    fittingPoolSizes: isFine ? undefined : share(perInstance, direct),
    fittingMaxConnections: isFine
      ? undefined
      : Math.ceil((needed + server.otherClients) / (1 - HEADROOM)) + server.reserved,
  };
}

/** Divides a replica's connections among its pools in the ratio they have, at least one each. */
function share(perInstance: number, pools: readonly PlannedPool[]): Readonly<Record<string, number>> | undefined {
  const spare = perInstance - pools.length;
  if (spare < 0) return undefined;
  const wanted = pools.reduce((sum, { poolSize }) => sum + poolSize - 1, 0);
  const sizes = pools.map(({ name, poolSize }) => [
    name,
    Math.min(poolSize, 1 + Math.floor((spare * (poolSize - 1)) / Math.max(wanted, 1))),
  ]);
  return Object.fromEntries(sizes) as Record<string, number>;
}
