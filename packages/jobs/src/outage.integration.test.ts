import { setTimeout as sleep } from "node:timers/promises";
import { type PostgresServer, type RedisServer, startPostgres, startRedis } from "@shaperail/test-services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./backends.test-kit.ts";
import { defineJob } from "./define-job.ts";
import { migrateJobs } from "./migrate-jobs.ts";
import { createQueue, type JobQueue } from "./queue.ts";
import { createWorker } from "./worker.ts";

const job = defineJob({ name: "job", handle: async () => undefined });

describe.each([
  { kind: "redis" as const, start: () => startRedis({ settings: { appendonly: "yes" } }) },
  { kind: "postgres" as const, start: () => startPostgres({ durable: true }) },
])("a $kind that is away", ({ kind, start }) => {
  let server: RedisServer | PostgresServer;
  const open = (timeoutMs = 700): JobQueue => createQueue({ backend: { kind, url: server.url }, timeoutMs });

  beforeAll(async () => {
    server = await start();
    if (kind === "postgres") await migrateJobs({ url: server.url });
  });
  afterAll(() => server.close());

  async function refusal(queue: JobQueue): Promise<unknown> {
    const started = Date.now();
    const error = await queue.add(job, {}).catch((thrown: unknown) => thrown);
    // The deadline is 700 ms; a busy machine may be late, but waiting for ever is what this test is about.
    expect(Date.now() - started).toBeLessThan(5_000);
    return error;
  }
  async function recovers(queue: JobQueue): Promise<void> {
    await eventually(() => queue.add(job, {}).catch(() => false), { what: "adding" });
  }

  test("adding fails in time while it is paused, and works again afterwards (M6)", async () => {
    await using queue = open();
    await recovers(queue);
    server.pause();
    expect(await refusal(queue)).toMatchObject({ code: "JOBS_UNAVAILABLE" });
    server.resume();
    await recovers(queue);
  });

  test("adding fails in time while it is down, and works again afterwards (M5)", async () => {
    await using queue = open();
    await recovers(queue);
    await server.stop("kill");
    expect(await refusal(queue)).toMatchObject({ code: "JOBS_UNAVAILABLE" });
    await server.start();
    await recovers(queue);
  });

  test("a queue and a worker that were opened while it was down work when it is up", async () => {
    await server.stop("kill");
    await using queue = open();
    expect(await refusal(queue)).toMatchObject({ code: "JOBS_UNAVAILABLE" });
    let ran = 0;
    const counting = defineJob({ name: "counting", handle: async () => void (ran += 1) });
    await using worker = createWorker({ backend: { kind, url: server.url }, jobs: [counting, job] });
    const started = worker.start();
    await sleep(200);
    await server.start();
    await started;
    await recovers(queue);
    await queue.add(counting, {});
    await eventually(() => ran === 1, { what: "the job" });
  });

  test("a worker that never reached it can be closed, and its start says so", async () => {
    await server.stop("kill");
    const worker = createWorker({ backend: { kind, url: server.url }, jobs: [job] });
    const started = worker.start().catch((error: unknown) => error);
    await sleep(300);
    const before = Date.now();
    await worker.close({ graceMs: 20_000 });
    expect(Date.now() - before).toBeLessThan(5_000);
    expect(await started).toMatchObject({ code: "JOBS_CLOSED" });
    await server.start();
  });

  test("a worker goes on after a restart, and a result that came during the outage is not lost", async () => {
    await using queue = open(5_000);
    let finish = (): void => undefined;
    const waits = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const slow = defineJob({ name: "slow", handle: () => waits });
    await using worker = createWorker({ backend: { kind, url: server.url }, jobs: [slow, job] });
    await worker.start();
    const id = await queue.add(slow, {});
    await eventually(() => worker.running === 1, { what: "the run" });
    // What an AOF writes every second may be lost by a kill, so Redis shuts down in order.
    await server.stop();
    finish();
    await sleep(300);
    await server.start();
    await eventually(async () => (await queue.status(id).catch(() => undefined))?.state === "completed", {
      timeoutMs: 40_000,
      what: "the result",
    });
    const next = await queue.add(job, {});
    await eventually(async () => (await queue.status(next))?.state === "completed", { what: "the next job" });
    expect(await queue.status(id)).toMatchObject({ attempts: 1 });
  });

  test("closing ends in time while it is paused, with a job under way", async () => {
    const queue = open();
    const stuck = defineJob({ name: "stuck", handle: () => new Promise(() => undefined) });
    const worker = createWorker({ backend: { kind, url: server.url }, jobs: [stuck, job] });
    await worker.start();
    await queue.add(stuck, {});
    await eventually(() => worker.running === 1, { what: "the run" });
    server.pause();
    const started = Date.now();
    await Promise.all([worker.close({ graceMs: 200, handBackMs: 1_000 }), queue.close()]);
    expect(Date.now() - started).toBeLessThan(6_000);
    server.resume();
  });
});

test("a PostgreSQL without the tables is named as such, by queue and worker", async () => {
  await using server = await startPostgres();
  const backend = { kind: "postgres", url: server.url } as const;
  await using queue = createQueue({ backend });
  await expect(queue.counts()).rejects.toMatchObject({
    code: "JOBS_SCHEMA_MISSING",
    hint: expect.stringContaining("migrateJobs"),
  });
  await using worker = createWorker({ backend, jobs: [] });
  await expect(worker.start()).rejects.toMatchObject({ code: "JOBS_SCHEMA_MISSING" });
  await Promise.all([migrateJobs({ url: server.url }), migrateJobs({ url: server.url })]);
  expect(await queue.counts()).toMatchObject({ waiting: 0 });
});

test("a Redis that refuses is told apart from one that is away", async () => {
  await using server = await startRedis({ settings: { maxmemory: "2mb", "maxmemory-policy": "noeviction" } });
  await using queue = createQueue({ backend: { kind: "redis", url: server.url } });
  const filler = "x".repeat(100_000);
  const adding = async (): Promise<unknown> => {
    for (let n = 0; n < 100; n += 1) await queue.add("big", { filler });
    return undefined;
  };
  await expect(adding()).rejects.toMatchObject({
    code: "JOBS_REFUSED",
    cause: expect.objectContaining({ message: expect.stringContaining("OOM") }),
  });
});
