import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BACKENDS, eventually, type TestBackend } from "./backends.test-kit.ts";
import { type ChildWorker, startChildWorker } from "./child-worker.test-kit.ts";
import { createQueue, type JobQueue } from "./queue.ts";

const LOCK_MS = 1_500;

describe.each(BACKENDS)("workers that go away, on $kind", ({ make }) => {
  let home: TestBackend;
  let queue: JobQueue;
  const children: ChildWorker[] = [];
  let count = 0;
  let name = "";

  beforeAll(async () => {
    home = await make();
  });
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.close()));
    await queue.close();
  });
  afterAll(() => home.close());

  async function start({ graceMs = 500, blockMs = 0 } = {}): Promise<ChildWorker> {
    const child = await startChildWorker({ backend: home.backend, name, lockMs: LOCK_MS, graceMs, blockMs });
    children.push(child);
    return child;
  }
  function openQueue(): void {
    name = `crash${(count += 1)}`;
    queue = createQueue({ backend: home.backend, name, timeoutMs: 10_000 });
  }
  const reaches = (id: string, state: string): Promise<true> =>
    eventually(async () => (await queue.status(id))?.state === state, {
      timeoutMs: 30_000,
      what: `${id} being ${state}`,
    });

  test.each([{ kills: 1 }, { kills: 3 }])(
    "a job survives $kills kill -9 of its worker, and no crash counts as an attempt (J01)",
    async ({ kills }) => {
      openQueue();
      await queue.add("work", { sleepMs: 1_000 }, { id: "job" });
      for (let kill = 0; kill < kills; kill += 1) {
        const victim = await start();
        await victim.says("begin job 1");
        victim.signal("SIGKILL");
        await victim.exited;
      }
      const killedAt = Date.now();
      const survivor = await start();
      await survivor.says("begin job 1");
      // The promise is 2 × the lock; starting the process is not part of it, and the machine may be busy.
      expect(Date.now() - killedAt).toBeLessThan(2 * LOCK_MS + 10_000);
      await survivor.says("end job");
      await reaches("job", "completed");
      expect(await queue.status("job")).toMatchObject({ attempts: 1, starts: kills + 1 });
    },
  );

  test("SIGTERM lets a short job finish and hands a long one back before the process ends (J02)", async () => {
    openQueue();
    const first = await start({ graceMs: 1_000 });
    await queue.add("work", { sleepMs: 300 }, { id: "short" });
    await queue.add("work", { sleepMs: 60_000 }, { id: "long" });
    await first.says("begin long 1");
    first.signal("SIGTERM");
    expect(await first.exited).toBe(0);
    expect(first.lines).toContain("end short");
    expect(first.lines).toContain("abort long JOBS_WORKER_CLOSING");
    expect(await queue.states(["short", "long"])).toEqual(["completed", "waiting"]);
    expect(await queue.status("long")).toMatchObject({ attempts: 0 });
  });

  test("a worker whose event loop was blocked for longer than its lock loses the job, and its result is discarded (J03)", async () => {
    openQueue();
    const blocked = await start({ blockMs: 4 * LOCK_MS });
    await queue.add("work", {}, { id: "job" });
    await blocked.says("begin job 1");
    const other = await start();
    await other.says("begin job 1");
    await blocked.says("end job");
    await eventually(() => blocked.lines.some((line) => line.includes("discarded")), { what: "the discarding" });
    expect((await queue.status("job"))?.state).not.toBe("dead");
    await eventually(async () => (await queue.status("job"))?.state === "completed", { timeoutMs: 30_000 });
    expect(await queue.status("job")).toMatchObject({ attempts: 1 });
  });

  test("a worker that lost a job to itself does not run it twice at once, and does not lose it again (J03)", async () => {
    openQueue();
    const only = await start({ blockMs: 3 * LOCK_MS });
    await queue.add("work", { sleepMs: 3 * LOCK_MS }, { id: "job" });
    await reaches("job", "completed");
    // Redis forgets a lock that ran out; PostgreSQL lets the worker have it back, and there is no second run.
    const runs = only.lines.filter((line) => line.startsWith("begin") || line.startsWith("end"));
    expect(runs.slice(0, 2)).toEqual(["begin job 1", "end job"]);
    expect(runs.slice(2)).toEqual(runs.length === 2 ? [] : ["begin job 1", "end job"]);
    expect(await queue.status("job")).toMatchObject({ attempts: 1 });
  });

  test("a job that takes every worker down with it is a dead letter in the end", async () => {
    openQueue();
    await queue.add("work", { sleepMs: 60_000 }, { id: "killer" });
    for (let kill = 0; kill < 6; kill += 1) {
      const victim = await start();
      await victim.says("begin killer 1");
      victim.signal("SIGKILL");
      await victim.exited;
    }
    await start();
    await reaches("killer", "dead");
    expect((await queue.status("killer"))?.error).toContain("stalled");
  });
});
