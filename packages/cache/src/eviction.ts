import type { Cluster, Redis } from "ioredis";
import type { RedisConnection } from "./redis-connection.ts";
import { toCacheError } from "./redis-error.ts";

/** Whether a Redis may throw data away that nobody deleted. */
export interface Eviction {
  /** `maxmemory-policy`, such as `noeviction` or `allkeys-lru`; `undefined` when the server does not tell. */
  readonly policy: string | undefined;
  /** `maxmemory`, in bytes; 0 is no limit. `undefined` when the server does not tell. */
  readonly maxMemoryBytes: number | undefined;
  /** True when the policy evicts, whatever the limit is now: it can be set while the server runs. `undefined` when unknown. */
  readonly evicts: boolean | undefined;
}

/**
 * Asks a Redis whether it may evict, before something is put there that must not get lost, such as jobs.
 *
 * `CONFIG GET` is tried first; where it is not allowed, `INFO` tells the same. Of a cluster's masters, one that evicts counts.
 *
 * @throws `CacheError` when the server cannot be reached
 */
export async function checkEviction({ client, address }: RedisConnection): Promise<Eviction> {
  const nodes: readonly Redis[] = isCluster(client) ? client.nodes("master") : [client];
  const answers: Eviction[] = [];
  for (const node of nodes) {
    const settings = (await ask(() => fromConfig(node), address)) ?? (await ask(() => fromInfo(node), address));
    answers.push(toEviction(settings ?? {}));
  }
  return (
    answers.find(({ evicts }) => evicts === true) ??
    answers.find(({ evicts }) => evicts === undefined) ??
    answers[0] ??
    toEviction({})
  );
}

interface MemorySettings {
  readonly policy?: string | undefined;
  readonly maxMemory?: string | undefined;
}

function isCluster(client: Redis | Cluster): client is Cluster {
  return client.isCluster;
}

/** `undefined` when the server refuses the question. */
async function ask<T>(question: () => Promise<T>, address: string): Promise<T | undefined> {
  try {
    return await question();
  } catch (error) {
    const translated = toCacheError(error, address);
    if (translated.code === "CACHE_COMMAND_FAILED") return undefined;
    throw translated;
  }
}

async function fromConfig(node: Redis): Promise<MemorySettings | undefined> {
  const [policy, maxMemory] = await Promise.all([
    node.config("GET", "maxmemory-policy"),
    node.config("GET", "maxmemory"),
  ]);
  const value = (answer: unknown): string | undefined =>
    Array.isArray(answer) && typeof answer[1] === "string" ? answer[1] : undefined;
  return value(policy) === undefined ? undefined : { policy: value(policy), maxMemory: value(maxMemory) };
}

async function fromInfo(node: Redis): Promise<MemorySettings> {
  const info = await node.info("memory");
  return { policy: /^maxmemory_policy:(\S+)/m.exec(info)?.[1], maxMemory: /^maxmemory:(\d+)/m.exec(info)?.[1] };
}

function toEviction({ policy, maxMemory }: MemorySettings): Eviction {
  return {
    policy,
    maxMemoryBytes: maxMemory === undefined ? undefined : Number(maxMemory),
    evicts: policy === undefined ? undefined : policy !== "noeviction",
  };
}
