import { inspect } from "node:util";
import { type LogFields, type Logger, noopLogger } from "@shaperail/core";
import { createCache } from "./cache.ts";
import type { Cache, CacheOptions } from "./cache-contract.ts";
import type { CacheStore } from "./cache-store.ts";
import { CacheError } from "./errors.ts";
import { createMemoryStore } from "./memory-store.ts";

export type Fault = "none" | "fails" | "hangs" | "full";

/** A store that misbehaves on demand and counts what it is asked. */
export interface FaultyStore extends CacheStore {
  fault: Fault;
  readonly calls: { read: number; write: number; renew: number };
}

export function faultyStore(inner: CacheStore = createMemoryStore()): FaultyStore {
  const calls = { read: 0, write: 0, renew: 0 };
  const meet = async (operation: keyof typeof calls): Promise<void> => {
    calls[operation] += 1;
    if (store.fault === "fails") throw new CacheError("gone", { code: "CACHE_UNAVAILABLE" });
    if (store.fault === "hangs") await new Promise(() => {});
    if (store.fault === "full" && operation === "write") throw new CacheError("full", { code: "CACHE_COMMAND_FAILED" });
  };
  const store: FaultyStore = {
    fault: "none",
    calls,
    read: async (key, generationKeys) => {
      await meet("read");
      return inner.read(key, generationKeys);
    },
    write: async (key, value, ttlMs) => {
      await meet("write");
      return inner.write(key, value, ttlMs);
    },
    renew: async (generationKeys) => {
      await meet("renew");
      return inner.renew(generationKeys);
    },
  };
  return store;
}

/** A gate that work waits at. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve() };
}

/** Lets everything that is ready to run, run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

/** A cache whose deadlines and probes are short, and whose times to live are exact. */
export function testCache(options: Partial<CacheOptions> = {}): Cache {
  return createCache({ store: createMemoryStore(), timeoutMs: 20, maxProbePauseMs: 10, random: () => 0, ...options });
}

/** Waits until the condition holds, and fails when that takes too long. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 8_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`It did not come to that within ${timeoutMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A logger that keeps what it is told. */
export function recordingLogger(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const record = (message: string, fields: LogFields = {}): void => {
    const { error } = fields;
    lines.push(error instanceof Error ? `${message}: ${inspect(error)}` : message);
  };
  const logger: Logger = { ...noopLogger, warn: record, info: record, error: record, child: () => logger };
  return { logger, lines };
}
