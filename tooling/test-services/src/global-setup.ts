import { closeable, withDeadline } from "@shaperail/core";
import type { TestProject } from "vitest/node";
import { startPostgres } from "./postgres-server.ts";
import { startRedis } from "./redis-server.ts";
import { startServiceBroker } from "./service-broker.ts";

/** Vitest's global set-up of the integration project; what it returns runs at the end, also when tests failed. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const broker = await startServiceBroker({
    postgres: () => startPostgres({ settings: { max_connections: 300 } }),
    redis: async () => {
      const url = process.env["REDIS_URL"];
      return url === undefined || url === "" ? startRedis() : { url, ...closeable(async () => {}) };
    },
  });
  project.provide("testServicesUrl", broker.url);
  return () => withDeadline(() => broker.close(), { timeoutMs: 30_000, what: "Stopping the test services" });
}
