import { createBatchedGet, type GetAll } from "./batched-get.ts";
import type { CacheStore } from "./cache-store.ts";
import { CacheError } from "./errors.ts";
import { createGenerationSource, LONGEST_GENERATION } from "./generation.ts";
import type { RedisConnection } from "./redis-connection.ts";
import { toCacheError } from "./redis-error.ts";

export interface RedisStoreOptions {
  /** Stays the caller's to close. */
  readonly redis: RedisConnection;
  /** A generation that nobody replaced for this many seconds is forgotten: what hangs on it is loaded anew. @default 604_800 (7 days) */
  readonly generationTtlSeconds?: number;
}

/** A store that all instances share. Plain commands only: MGET (GET on a cluster), SET and DEL. */
export function createRedisStore({ redis, generationTtlSeconds = 604_800 }: RedisStoreOptions): CacheStore {
  const { client, address, isCluster } = redis;
  const newGeneration = createGenerationSource();
  const ttlMs = generationTtlSeconds * 1_000;

  /** Fails at once while there is no connection. */
  const run = async <T>(command: (serverId: string) => Promise<T>): Promise<T> => {
    const serverId = redis.serverId();
    if (serverId === undefined) throw notConnected(address);
    try {
      return await command(serverId);
    } catch (error) {
      throw toCacheError(error, address);
    }
  };
  /** The keys of a cluster are on different nodes; asked one by one, they still travel at the same time. */
  const getAll: GetAll = isCluster
    ? (keys) => Promise.all(keys.map(getOne))
    : createBatchedGet((keys) => client.mgetBuffer(...keys));
  const getOne = (key: string): Promise<Buffer | null> => client.getBuffer(key).catch(wrongTypeIsNothing);

  /** Makes a missing generation; when another instance was faster, theirs counts. */
  async function seed(key: string): Promise<string | undefined> {
    const generation = newGeneration();
    if ((await client.set(key, generation, "PX", ttlMs, "NX")) === "OK") return generation;
    const theirs = toGeneration(await getOne(key));
    if (theirs !== undefined) return theirs;
    // Something that is no generation sits there. A new one is always right: it only costs misses.
    await client.set(key, generation, "PX", ttlMs);
    return generation;
  }

  async function renewOne(key: string): Promise<void> {
    try {
      await client.set(key, newGeneration(), "PX", ttlMs);
    } catch (error) {
      if (toCacheError(error, address).details?.["reply"] !== "OOM") throw error;
      // A full Redis takes nothing new but still deletes, and a generation that is missing matches no value.
      await client.del(key);
    }
  }

  /** Makes the generations that are missing; mostly there are none. */
  function complete(keys: readonly string[], found: readonly (string | undefined)[]): Promise<(string | undefined)[]> {
    const seeded = async (generation: string | undefined, index: number): Promise<string | undefined> =>
      generation ?? seed(keys[index] ?? "").catch(fullIsNothing);
    return Promise.all(found.map(seeded));
  }

  return {
    read: (key, generationKeys) =>
      // The server is that of before the question: an answer that crosses a failover belongs to the one that was asked.
      run(async (origin) => {
        const [value, ...found] = await getAll([key, ...generationKeys]);
        const generations = found.map(toGeneration);
        return {
          value: value ?? undefined,
          generations: generations.includes(undefined) ? await complete(generationKeys, generations) : generations,
          origin,
        };
      }),
    write: (key, value, valueTtlMs) =>
      run(async () => void (await client.set(key, value, "PX", Math.ceil(valueTtlMs)))),
    renew: (generationKeys) => run(async () => void (await Promise.all(generationKeys.map(renewOne)))),
  };
}

function toGeneration(found: Buffer | null): string | undefined {
  if (found === null || found.length === 0 || found.length > LONGEST_GENERATION) return undefined;
  return found.toString("latin1");
}

function notConnected(address: string): CacheError {
  return new CacheError(`Redis at ${address} is not connected.`, {
    code: "CACHE_UNAVAILABLE",
    hint: "Start Redis, or correct its URL.",
  });
}

function wrongTypeIsNothing(error: unknown): null {
  if (error instanceof Error && error.message.startsWith("WRONGTYPE")) return null;
  throw error;
}

function fullIsNothing(error: unknown): undefined {
  if (error instanceof Error && error.message.startsWith("OOM")) return undefined;
  throw error;
}
