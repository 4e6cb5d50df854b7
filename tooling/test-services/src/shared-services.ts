import { randomUUID } from "node:crypto";
import { type Closeable, closeable } from "@shaperail/core";
import { type CreateDatabaseOptions, createDatabase, type TestDatabase } from "./database.ts";
import { redisCall } from "./redis-call.ts";
import { requestService } from "./service-broker.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where test files ask for the suite's shared services. */
    testServicesUrl: string;
  }
}

/** Part of the suite's shared Redis: keys of one test carry its prefix and disappear with `close()`. */
export interface TestRedis extends Closeable {
  readonly url: string;
  /** Unique, and ends with a colon. */
  readonly prefix: string;
}

/** Creates a fresh database on the suite's shared PostgreSQL. Only inside the integration project of vitest. */
export async function createTestDatabase(options?: CreateDatabaseOptions): Promise<TestDatabase> {
  return createDatabase(await sharedService("postgres"), options);
}

/** Gives a test its own prefix on the suite's shared Redis (`REDIS_URL` when set). Only inside the integration project. */
export async function testRedis(): Promise<TestRedis> {
  const url = await sharedService("redis");
  const prefix = `test-${randomUUID()}:`;
  const script = "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end return 'OK'";
  return { url, prefix, ...closeable(async () => void (await redisCall(url, [["EVAL", script, "0", `${prefix}*`]]))) };
}

async function sharedService(name: "postgres" | "redis"): Promise<string> {
  // Imported here because vitest exists only inside a test run, and benchmarks use the rest of this package.
  const { inject } = await import("vitest");
  return requestService(inject("testServicesUrl"), name);
}
