import { createCache, createMemoryStore } from "@shaperail/cache";
import { authorizeByHeader, type Caller, credentials } from "./caller.test-kit.ts";
import { type Reply, type RestApp, startRestWith } from "./rest.test-kit.ts";
import type { RestOptions } from "./rest-routes.ts";

export interface CachedApp extends RestApp {
  /** Reads as the caller, nobody when there is none. */
  read(path: string, caller?: Caller, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  /** How the cache had part in an answer. */
  state(path: string, caller?: Caller): Promise<string | null>;
}

/** An application whose answers are kept in memory. */
export async function startCached(options: Partial<RestOptions>, ...yaml: readonly string[]): Promise<CachedApp> {
  const cache = createCache({ store: createMemoryStore() });
  const app = await startRestWith({ authorize: authorizeByHeader, cache, ...options }, ...yaml);
  const read: CachedApp["read"] = (path, caller, headers) =>
    app.call("GET", path, { headers: { ...credentials(caller), ...headers } });
  return {
    ...app,
    read,
    state: async (path, caller) => (await read(path, caller)).headers.get("x-cache"),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await cache.close();
    },
  };
}
