import { createTestDatabase, testRedis } from "@shaperail/test-services";
import { type Closeable, closeable } from "@shaperail/core";
import { randomUUID } from "node:crypto";
import type { JobsBackend } from "./backend.ts";
import { migrateJobs } from "./migrate-jobs.ts";

/** A backend of a test's own. */
export interface TestBackend extends Closeable {
  readonly backend: JobsBackend;
}

export const BACKENDS: readonly { readonly kind: "redis" | "postgres"; make(): Promise<TestBackend> }[] = [
  {
    kind: "redis",
    async make() {
      const redis = await testRedis();
      return {
        backend: { kind: "redis", url: redis.url, prefix: redis.prefix.slice(0, -1) },
        ...closeable(redis.close),
      };
    },
  },
  {
    kind: "postgres",
    async make() {
      const database = await createTestDatabase();
      const schema = `jobs_${randomUUID().slice(0, 8)}`;
      await migrateJobs({ url: database.url, schema });
      return { backend: { kind: "postgres", url: database.url, schema }, ...closeable(database.close) };
    },
  },
];

/** Resolves with what `look` finds first; rejects when it has found nothing after `timeoutMs`. */
export async function eventually<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs = 20_000, what = "it" }: { timeoutMs?: number; what?: string } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${timeoutMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
