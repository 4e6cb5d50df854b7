import { openRedis } from "@shaperail/cache";
import { createLogger } from "@shaperail/logging";
import { startRedis } from "@shaperail/test-services";
import { expect, test, vi } from "vitest";
import { reportEviction } from "./report-eviction.ts";

test("how Redis treats memory is in the log for those who look closely", async () => {
  await using server = await startRedis({ settings: { maxmemory: "10mb", "maxmemory-policy": "allkeys-lru" } });
  await using redis = openRedis({ url: server.url });
  const lines: unknown[] = [];
  const logger = createLogger({ level: "debug", destination: (line) => lines.push(JSON.parse(line)) });
  await using _report = reportEviction(redis, logger);
  const facts = { level: "DEBUG", message: "Redis memory", policy: "allkeys-lru", max_memory_bytes: 10_485_760 };
  await vi.waitFor(() => expect(lines).toContainEqual(expect.objectContaining(facts)), { timeout: 10_000 });
});
