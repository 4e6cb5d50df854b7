import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createDatabase } from "@shaperail/db";
import { createQueue, createWorker, defineJob, type JobsBackend, migrateJobs } from "@shaperail/jobs";
import { startPostgres, startRedis } from "@shaperail/test-services";
import { expect, test } from "vitest";
import type { ChaosOptions } from "./chaos-child.test-kit.ts";
import { eventually, install } from "./events.test-kit.ts";
import { createOutbox } from "./outbox/outbox.ts";

async function start(options: ChaosOptions): Promise<ChildProcess> {
  const file = fileURLToPath(new URL("chaos-child.test-kit.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@shaperail/source", file, JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.stdout !== null) await once(child.stdout, "data");
  return child;
}
async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

test.each(["redis", "postgres"] as const)(
  "with jobs on %s: whatever is killed, every committed write has its effect and no other write has one",
  async (kind) => {
    await using postgres = await startPostgres({ durable: true });
    await using redis = await startRedis();
    const database = createDatabase({ url: postgres.url, poolSize: 2 });
    await install(database);
    await database.run(
      { name: "test.effects", text: "CREATE TABLE effects (post_id BIGINT PRIMARY KEY, runs BIGINT NOT NULL)" },
      [],
    );
    if (kind === "postgres") await migrateJobs({ url: postgres.url });
    const backend: JobsBackend = kind === "redis" ? { kind, url: redis.url } : { kind, url: postgres.url };
    const options = { backend, databaseUrl: postgres.url };
    const count = async (text: string): Promise<number> =>
      Number((await database.run({ name: "test.count", text, prepare: false }, [])).rows[0]?.[0]);

    const children = new Set([
      await start({ ...options, firstId: 1 }),
      await start({ ...options, firstId: 1_000_001 }),
    ]);
    for (let round = 2; round < 8; round += 1) {
      await sleep(100 + Math.random() * 400);
      const [victim] = children;
      if (victim !== undefined) {
        children.delete(victim);
        await kill(victim);
      }
      // Redis is started again empty: it has no file to read.
      if (round === 4 && kind === "redis") {
        await redis.stop("kill");
        await redis.start();
      }
      if (round === 4 && kind === "postgres") {
        await postgres.stop("kill");
        await postgres.start();
      }
      children.add(await start({ ...options, firstId: round * 1_000_000 + 1 }));
    }
    for (const child of children) await kill(child);

    const last = await start(options);
    const missing = "SELECT count(*) FROM posts p WHERE NOT EXISTS (SELECT 1 FROM effects e WHERE e.post_id = p.id)";
    try {
      await eventually(
        async () => (await count(missing)) === 0 && (await count("SELECT count(*) FROM shaperail_outbox")) === 0,
        { timeoutMs: 60_000, what: "the last effect" },
      );
    } finally {
      await kill(last);
    }
    expect(await count("SELECT count(*) FROM posts")).toBeGreaterThan(100);
    expect(
      await count("SELECT count(*) FROM effects e WHERE NOT EXISTS (SELECT 1 FROM posts p WHERE e.post_id = p.id)"),
    ).toBe(0);
    expect(await count("SELECT count(*) FROM effects WHERE post_id % 5 = 0")).toBe(0);
    await database.close();
  },
  180_000,
);

test("jobs that waited in a Redis that was started again empty run all the same", async () => {
  await using postgres = await startPostgres();
  await using redis = await startRedis();
  const database = createDatabase({ url: postgres.url, poolSize: 2 });
  await install(database);
  const backend = { kind: "redis", url: redis.url } as const;
  const queue = createQueue({ backend });
  const outbox = createOutbox({ database, queue, pollMs: 20, checkAfterMs: 200 });
  await outbox.store({ kind: "job", name: "effect", resource: "posts", action: "created", data: { id: 1 } });
  await outbox.start();
  await eventually(async () => (await queue.counts()).waiting === 1, { what: "the job" });
  await redis.stop("kill");
  await redis.start();
  const ran: unknown[] = [];
  const effect = defineJob({ name: "effect", handle: async (payload) => void ran.push(payload) });
  const worker = createWorker({ backend, jobs: [effect] });
  await worker.start();
  await eventually(() => ran.length === 1, { what: "the run" });
  expect(ran).toEqual([{ resource: "posts", action: "created", data: { id: 1 } }]);
  await outbox.close();
  await worker.close();
  await queue.close();
  await database.close();
});
