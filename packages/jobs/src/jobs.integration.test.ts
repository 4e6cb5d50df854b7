import { type LogFields, type Logger, noopLogger, type Observer } from "@shaperail/core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BACKENDS, eventually, type TestBackend } from "./backends.test-kit.ts";
import { defineJob, type JobDefinition } from "./define-job.ts";
import type { JobStatus } from "./job-status.ts";
import { createQueue, type JobQueue, type QueueOptions } from "./queue.ts";
import { createWorker, type JobWorker, type WorkerOptions } from "./worker.ts";

describe.each(BACKENDS)("jobs on $kind", ({ make }) => {
  let home: TestBackend;
  let count = 0;
  const toClose: (JobQueue | JobWorker)[] = [];

  beforeAll(async () => {
    home = await make();
  });
  afterEach(async () => {
    for (const open of toClose.splice(0).toReversed()) await open.close();
  });
  afterAll(() => home.close());

  /** A queue of this test, and workers for it. */
  function setUp(options: Partial<QueueOptions> = {}): {
    queue: JobQueue;
    work: (jobs: readonly JobDefinition[], options?: Partial<WorkerOptions>) => Promise<JobWorker>;
  } {
    count += 1;
    const name = `q${count}`;
    const queue = createQueue({ backend: home.backend, name, timeoutMs: 10_000, ...options });
    toClose.push(queue);
    return {
      queue,
      async work(jobs, workerOptions = {}) {
        const worker = createWorker({
          backend: home.backend,
          name,
          jobs,
          lockMs: 2_000,
          stalledCheckMs: 500,
          ...workerOptions,
        });
        toClose.push(worker);
        await worker.start();
        return worker;
      },
    };
  }
  const reaches = (queue: JobQueue, id: string, state: JobStatus["state"]): Promise<JobStatus> =>
    eventually(
      async () => {
        const status = await queue.status(id);
        return status?.state === state && status;
      },
      { what: `job ${id} being ${state}` },
    );

  test("a job runs with its payload and its context, and is done", async () => {
    const { queue, work } = setUp();
    const seen: unknown[] = [];
    const greet = defineJob<{ to: string }>({
      name: "greet",
      async handle(payload, { id, name, attempt, signal }) {
        seen.push({ payload, id, name, attempt, aborted: signal.aborted });
      },
    });
    const id = await queue.add(greet, { to: "ann" });
    expect(await queue.status(id)).toMatchObject({
      id,
      name: "greet",
      state: "waiting",
      priority: "normal",
      attempts: 0,
    });
    await work([greet]);
    expect(await reaches(queue, id, "completed")).toMatchObject({ attempts: 1, starts: 1, error: undefined });
    expect(seen).toEqual([{ payload: { to: "ann" }, id, name: "greet", attempt: 1, aborted: false }]);
    expect(await queue.counts()).toEqual({ waiting: 0, delayed: 0, active: 0, completed: 1, dead: 0 });
  });

  test("a job whose id the queue still knows is not added again, also after it is done", async () => {
    const { queue, work } = setUp();
    let runs = 0;
    const once = defineJob({ name: "once", handle: async () => void (runs += 1) });
    expect(await queue.add(once, {}, { id: "outbox-7" })).toBe("outbox-7");
    await queue.addAll([
      { id: "outbox-7", name: "once", payload: {} },
      { id: "outbox-8", name: "once", payload: {} },
    ]);
    expect((await queue.counts()).waiting).toBe(2);
    await work([once]);
    await reaches(queue, "outbox-8", "completed");
    await queue.add(once, {}, { id: "outbox-7" });
    expect(await queue.counts()).toMatchObject({ waiting: 0, completed: 2 });
    expect(runs).toBe(2);
    expect(await queue.states(["outbox-7", "never", "outbox-8"])).toEqual(["completed", undefined, "completed"]);
  });

  test("what waits is counted by priority", async () => {
    const { queue } = setUp();
    const add = (
      priority: "critical" | "high" | "normal" | "low",
    ): { name: string; payload: unknown; priority: typeof priority } => ({
      name: "wait",
      payload: {},
      priority,
    });
    await queue.addAll([add("critical"), add("high"), add("low"), add("low")]);
    await queue.addAll([{ ...add("high"), delayMs: 60_000 }]);
    expect(await queue.depths()).toEqual({ critical: 1, high: 1, normal: 0, low: 2 });
  });

  test("jobs run by priority, and within one in the order in which they were added", async () => {
    const { queue, work } = setUp();
    const order: unknown[] = [];
    const note = defineJob({ name: "note", handle: async (payload) => void order.push(payload) });
    const priorities = ["low", "normal", "high", "critical"] as const;
    await queue.addAll(
      ["first", "second"].flatMap((turn) =>
        priorities.map((priority) => ({ name: "note", payload: `${priority} ${turn}`, priority })),
      ),
    );
    await work([note], { concurrency: 1 });
    await eventually(() => order.length === 8);
    expect(order).toEqual(priorities.toReversed().flatMap((priority) => [`${priority} first`, `${priority} second`]));
  });

  test("a failing job is tried again after its pause, then kept as a dead letter that can be run again or dropped", async () => {
    const { queue, work } = setUp();
    const dead: JobStatus[] = [];
    let broken = true;
    const attempts: number[] = [];
    const flaky = defineJob({
      name: "flaky",
      attempts: 3,
      backoff: { baseMs: 10 },
      handle: async (_payload, { attempt }) => {
        attempts.push(attempt);
        if (broken) throw new Error(`the mail server refused attempt ${attempt}`);
      },
    });
    await work([flaky], { onDead: (job) => dead.push(job) });
    const id = await queue.add(flaky, { mail: 1 });
    const letter = await reaches(queue, id, "dead");
    expect(attempts).toEqual([1, 2, 3]);
    expect(letter).toMatchObject({ attempts: 3, error: "the mail server refused attempt 3", payload: { mail: 1 } });
    expect(await queue.dead()).toEqual([letter]);
    await eventually(() => dead.length === 1);
    expect(dead[0]).toMatchObject({ id, name: "flaky", error: "the mail server refused attempt 3" });

    broken = false;
    await queue.retry(id);
    expect(await reaches(queue, id, "completed")).toMatchObject({ attempts: 1 });
    expect(attempts).toEqual([1, 2, 3, 1]);
    await expect(queue.retry(id)).rejects.toMatchObject({ code: "JOBS_NOT_FOUND" });
    await queue.drop(id);
    expect(await queue.status(id)).toBeUndefined();
    await expect(queue.drop(id)).rejects.toMatchObject({ code: "JOBS_NOT_FOUND" });
  });

  test("a backoff function may wait as long as the error says, or give up", async () => {
    const { queue, work } = setUp();
    const asked: [number, string][] = [];
    const picky = defineJob({
      name: "picky",
      attempts: 10,
      backoff: (attempt, error) => {
        asked.push([attempt, error.message]);
        return attempt === 2 ? "give-up" : 5;
      },
      handle: async () => {
        throw new Error("429");
      },
    });
    await work([picky]);
    expect(await reaches(queue, await queue.add(picky, {}), "dead")).toMatchObject({ attempts: 2 });
    expect(asked).toEqual([
      [1, "429"],
      [2, "429"],
    ]);
  });

  test("an attempt that takes too long is aborted and counts as failed", async () => {
    const { queue, work } = setUp();
    let reason: unknown;
    const slow = defineJob({
      name: "slow",
      attempts: 1,
      timeoutMs: 50,
      handle: (_payload, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject((reason = signal.reason)));
        }),
    });
    await work([slow]);
    const letter = await reaches(queue, await queue.add(slow, {}), "dead");
    expect(letter.error).toBe("JOBS_TIMEOUT: The job slow took longer than 50 ms.");
    expect(reason).toMatchObject({ code: "JOBS_TIMEOUT" });
  });

  test.each([
    { what: "an unknown name", name: "gone", payload: {}, error: 'JOBS_UNKNOWN_JOB: No job named "gone" is known' },
    {
      what: "an invalid payload",
      name: "strict",
      payload: { age: "x" },
      error: "JOBS_PAYLOAD_INVALID: The payload of the job strict is not valid: age: is no number.",
    },
  ])("$what becomes a dead letter at once, and the others go on (J07)", async ({ name, payload, error }) => {
    const { queue, work } = setUp();
    let ran = 0;
    const strict = defineJob<{ age: number }>({
      name: "strict",
      schema: ageSchema,
      handle: async () => void (ran += 1),
    });
    const dead: JobStatus[] = [];
    await queue.addAll([
      { id: "poison", name, payload },
      { id: "good", name: "strict", payload: { age: 4 } },
    ]);
    await work([strict], { onDead: (job) => dead.push(job) });
    const letter = await reaches(queue, "poison", "dead");
    expect(letter.error).toContain(error);
    expect(letter.attempts).toBe(1);
    await reaches(queue, "good", "completed");
    expect(ran).toBe(1);
    await eventually(() => dead.length === 1);
  });

  test("a payload that does not fit is refused by add", async () => {
    const { queue } = setUp();
    const strict = defineJob<{ age: number }>({ name: "strict", schema: ageSchema, handle: async () => undefined });
    await expect(queue.add("strict", { age: "x" })).resolves.toBeTypeOf("string");
    await expect(queue.add(strict, { age: "x" } as never)).rejects.toMatchObject({
      code: "JOBS_PAYLOAD_INVALID",
      details: { problems: ["age: is no number"] },
    });
  });

  test("a delayed job waits", async () => {
    const { queue, work } = setUp();
    let startedAt = 0;
    const later = defineJob({ name: "later", handle: async () => void (startedAt = Date.now()) });
    await work([later]);
    const before = Date.now();
    const id = await queue.add(later, {}, { delayMs: 300 });
    expect((await queue.status(id))?.state).toBe("delayed");
    await reaches(queue, id, "completed");
    expect(startedAt - before).toBeGreaterThanOrEqual(290);
  });

  test("a unique job is there once while it waits or runs, and may come back when it is done", async () => {
    const { queue, work } = setUp();
    let runs = 0;
    const sync = defineJob<{ user: number }>({
      name: "sync",
      unique: ({ user }) => `user ${user}`,
      handle: async () => void (runs += 1),
    });
    const first = await queue.add(sync, { user: 1 });
    expect(await queue.add(sync, { user: 1 })).toBe(first);
    expect(await queue.addAll([{ name: "sync", payload: { user: 1 } }])).toEqual([first]);
    const other = await queue.add(sync, { user: 2 });
    expect((await queue.counts()).waiting).toBe(2);
    await work([sync]);
    await reaches(queue, first, "completed");
    await reaches(queue, other, "completed");
    const again = await queue.add(sync, { user: 1 });
    expect(again).not.toBe(first);
    await reaches(queue, again, "completed");
    expect(runs).toBe(3);
  });

  test("progress can be read while the job runs", async () => {
    const { queue, work } = setUp();
    let finish = (): void => undefined;
    const report = defineJob({
      name: "report",
      async handle(_payload, { progress }) {
        await progress({ rows: 40 });
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
    });
    await work([report]);
    const id = await queue.add(report, {});
    const status = await eventually(async () => {
      const found = await queue.status(id);
      return found?.progress !== undefined && found;
    });
    expect(status).toMatchObject({ state: "active", progress: { rows: 40 } });
    finish();
    await reaches(queue, id, "completed");
  });

  test("a job continues the trace that added it and reports itself as job.execute", async () => {
    const seen: unknown[] = [];
    const observer: Observer = {
      observe: (operation, attributes, run) => {
        seen.push([operation, attributes]);
        return run(() => undefined);
      },
      inject: (carrier) => void (carrier["traceparent"] = "00-abc-def-01"),
      extract: (carrier, run) => {
        seen.push(carrier);
        return run();
      },
    };
    const { queue, work } = setUp({ observer });
    const traced = defineJob({ name: "traced", handle: async () => undefined });
    await work([traced], { observer });
    const id = await queue.add(traced, {});
    await reaches(queue, id, "completed");
    expect(seen).toEqual([
      { traceparent: "00-abc-def-01" },
      ["job.execute", { "job.name": "traced", "job.id": id, "job.attempt": 1 }],
    ]);
  });

  test("what is secret reaches neither the queue, nor the dead letter, nor the log", async () => {
    const canary = "canary-4711";
    const lines: string[] = [];
    const { queue, work } = setUp({ redactPayload: (payload) => ({ ...(payload as object), password: "[REDACTED]" }) });
    const leaky = defineJob({
      name: "leaky",
      attempts: 2,
      backoff: { baseMs: 1 },
      handle: async () => {
        throw new Error(`bad password ${canary}`);
      },
    });
    await work([leaky], { redactText: (text) => text.replaceAll(canary, "[REDACTED]"), logger: writingTo(lines) });
    const letter = await reaches(queue, await queue.add(leaky, { user: 1, password: canary }), "dead");
    expect(letter).toMatchObject({ payload: { user: 1, password: "[REDACTED]" }, error: "bad password [REDACTED]" });
    await eventually(() => lines.some((line) => line.includes("A job is dead")));
    expect(lines.join("\n")).not.toContain(canary);
  });

  test("a schedule runs once per slot whatever the number of replicas, and disappears when it is no longer set (J08)", async () => {
    const { queue, work } = setUp();
    const slots: number[] = [];
    const tick = defineJob({
      name: "tick",
      handle: async (_payload, { id }) => void slots.push(Number(id.split(":").at(-1))),
    });
    const schedule = { id: "every-second", job: "tick", cron: "* * * * * *", payload: { from: "cron" } };
    for (let replica = 0; replica < 3; replica += 1) {
      await queue.setSchedules([schedule]);
      await work([tick]);
    }
    const [known] = await queue.schedules();
    expect(known).toMatchObject({ id: "every-second", job: "tick", cron: "* * * * * *", timeZone: "UTC" });
    await eventually(() => slots.length >= 3);
    expect(new Set(slots).size).toBe(slots.length);
    await queue.setSchedules([]);
    expect(await queue.schedules()).toEqual([]);
    await expect(queue.setSchedules([{ ...schedule, cron: "every day" }])).rejects.toMatchObject({
      code: "JOBS_SCHEDULE_INVALID",
    });
  });

  test("of the slots that passed while nobody worked the first one runs, late, also when a replica sets the schedule again (J08)", async () => {
    const { queue, work } = setUp();
    const slots: number[] = [];
    const tick = defineJob({
      name: "tick",
      handle: async (_payload, { id }) => void slots.push(Number(id.split(":").at(-1))),
    });
    const schedule = { id: "every-second", job: "tick", cron: "* * * * * *" };
    await queue.setSchedules([schedule]);
    const [first] = await queue.schedules();
    await new Promise((resolve) => setTimeout(resolve, 3_100));
    await queue.setSchedules([schedule]);
    const startedAt = Date.now();
    await work([tick]);
    await eventually(() => slots.length >= 2, { what: "two runs" });
    expect(slots[0]).toBe(first?.nextAt?.getTime());
    expect(slots[1]).toBeGreaterThan(startedAt - 1_000);
    await queue.setSchedules([]);
  });

  test("closing lets short jobs finish and hands long ones back, unfinished and uncounted (J02)", async () => {
    const { queue, work } = setUp();
    const reasons: unknown[] = [];
    let isSecondWorker = false;
    const short = defineJob({ name: "short", handle: () => new Promise((resolve) => setTimeout(resolve, 200)) });
    const long = defineJob({
      name: "long",
      handle: (_payload, { signal, attempt }) => {
        expect(attempt).toBe(1);
        if (isSecondWorker) return Promise.resolve();
        return new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            reasons.push(signal.reason);
            reject(new Error("stopped half-way"));
          });
        });
      },
    });
    const deaf = defineJob({
      name: "deaf",
      handle: () => (isSecondWorker ? Promise.resolve() : new Promise(() => undefined)),
    });
    const worker = await work([short, long, deaf]);
    await queue.addAll(["short", "long", "deaf"].map((name) => ({ id: `the-${name}`, name, payload: {} })));
    await eventually(() => worker.running === 3);
    const started = Date.now();
    await worker.close({ graceMs: 500, handBackMs: 2_000 });
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(await queue.states(["the-short", "the-long", "the-deaf"])).toEqual(["completed", "waiting", "waiting"]);
    expect(reasons).toEqual([expect.objectContaining({ code: "JOBS_WORKER_CLOSING" })]);
    expect(await queue.status("the-long")).toMatchObject({ attempts: 0 });
    isSecondWorker = true;
    await work([short, long, deaf]);
    await reaches(queue, "the-long", "completed");
    await reaches(queue, "the-deaf", "completed");
  });

  test("a closed queue refuses, and closing twice is one closing", async () => {
    const { queue, work } = setUp();
    const worker = await work([]);
    await queue.counts();
    expect(queue.close()).toBe(queue.close());
    expect(worker.close()).toBe(worker.close());
    await queue.close();
    await expect(queue.counts()).rejects.toMatchObject({ code: "JOBS_CLOSED" });
  });

  test("an id that the queue could not tell from its own is refused", async () => {
    const { queue } = setUp();
    for (const id of ["17", "a:b", ""]) await expect(queue.add("x", {}, { id })).rejects.toBeInstanceOf(TypeError);
  });
});

test("two jobs of one name are refused before anything is connected", () => {
  const job = defineJob({ name: "twice", handle: async () => undefined });
  const other = defineJob({ name: "twice", handle: async () => undefined });
  const backend = { kind: "redis", url: "redis://127.0.0.1:1" } as const;
  expect(() => createWorker({ backend, jobs: [job, other] })).toThrow("Two jobs are named twice.");
});

const ageSchema = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value: unknown) =>
      typeof value === "object" && value !== null && "age" in value && typeof value.age === "number"
        ? { value: { age: value.age } }
        : { issues: [{ message: "is no number", path: ["age"] }] },
  },
} as const;

function writingTo(lines: string[]): Logger {
  const write = (message: string, fields?: LogFields): void =>
    void lines.push(
      `${message} ${JSON.stringify(fields, (_key, value: unknown) => (value instanceof Error ? value.stack : value))}`,
    );
  return { ...noopLogger, error: write, warn: write, info: write, child: () => writingTo(lines) };
}
