import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort, type RedisServer, startRedis } from "@shaperail/test-services";
import { describe, expect, onTestFinished, test } from "vitest";
import { writeProject } from "../project.test-kit.ts";
import { BACKENDS, clientOf, eventually, jobServices, jobsProject, readNoted } from "./jobs-project.test-kit.ts";

// oxlint-disable-next-line node/no-process-env -- how long is the caller's choice, and nothing else is read
const isLong = process.env["CHAOS"] === "long";
const CREATES = isLong ? 10_000 : 300;
const KILLS = isLong ? 20 : 4;
const AT_ONCE = 8;
/** Jobs that a process runs at the same time, by default. */
const IN_HAND = 10;
/** How long lost jobs may take to be missed, and everything to be done, after the last kill. */
const DRAIN_MS = isLong ? 240_000 : 120_000;
const CHILD = fileURLToPath(new URL("./chaos-child.test-kit.ts", import.meta.url));

type Mode = "server" | "worker";

/** A process that begins again each time it is killed. */
interface Victim {
  kill(): Promise<void>;
  end(): Promise<void>;
}

function startVictim(start: () => ChildProcess): Victim {
  let child = start();
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  };
  return {
    end,
    async kill() {
      await end();
      child = start();
    },
  };
}

interface Cast {
  readonly url: string;
  readonly redis: RedisServer | undefined;
  readonly victims: readonly Victim[];
  readonly client: ReturnType<typeof clientOf>;
}

/** A server that runs jobs, a worker beside it, and a Redis that keeps nothing on a disk. */
async function startCast(backend: (typeof BACKENDS)[number]): Promise<Cast> {
  const redis = backend === "redis" ? await startRedis({ settings: { "maxmemory-policy": "noeviction" } }) : undefined;
  const services = await jobServices(backend, { redisUrl: redis?.url });
  const directory = await writeProject(jobsProject({ config: "logging: { level: error }" }));
  const ports = { server: await freePort(), worker: await freePort() };
  const start = (mode: Mode) => (): ChildProcess =>
    spawn(process.execPath, ["--conditions=@shaperail/source", CHILD, directory.path, mode], {
      env: { ...services.env, SHAPERAIL_PORT: String(ports[mode]) },
      stdio: ["ignore", "ignore", "inherit"],
    });
  const victims = [startVictim(start("server")), startVictim(start("worker"))];
  onTestFinished(async () => {
    for (const victim of victims) await victim.end();
    await directory.close();
    await redis?.close();
  });
  return { url: `http://127.0.0.1:${ports.server}`, redis, victims, client: clientOf(services) };
}

/** Creates a note whatever happens to the server; one that was there already was written by an attempt that got no answer. */
async function createSurely(url: string, title: string): Promise<void> {
  const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ title }) };
  for (;;) {
    const response = await fetch(`${url}/v1/notes`, { ...request, signal: AbortSignal.timeout(5_000) }).catch(
      () => undefined,
    );
    await response?.arrayBuffer().catch(() => undefined);
    if (response?.status === 201 || response?.status === 409) return;
    await sleep(100);
  }
}

async function createAll(url: string, progress: { done: number }): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < CREATES) {
      const title = `note ${next}`;
      next += 1;
      await createSurely(url, title);
      // Rolled back, every time: no job may come of it.
      await fetch(`${url}/v1/notes`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ title, email: "rolled back" }),
      }).then(
        (response) => response.arrayBuffer(),
        () => undefined,
      );
      progress.done += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

describe.each(BACKENDS)("jobs kept in %s, while everything is killed", (backend) => {
  test(
    `${CREATES} creates and ${KILLS} kills: every row has its job run, its effect is there once, and nothing else is`,
    { timeout: isLong ? 1_200_000 : 300_000 },
    async () => {
      const { url, redis, victims, client } = await startCast(backend);
      const progress = { done: 0 };
      const creating = createAll(url, progress);
      for (let kill = 0; kill < KILLS; kill += 1) {
        // Spread over the creates, so that each falls among running ones.
        const wanted = Math.floor(((kill + 0.5) / KILLS) * CREATES);
        await eventually(
          () => progress.done,
          (done) => done >= wanted,
          { timeoutMs: DRAIN_MS },
        );
        if (redis !== undefined && kill % 4 === 2) {
          // With all that it held.
          await redis.stop("kill");
          await sleep(Math.random() * 500);
          await redis.start();
        } else {
          await victims[Math.floor(Math.random() * victims.length)]?.kill();
        }
      }
      await creating;

      const count = async (): Promise<number> => Number((await client.sql("SELECT count(*) FROM noted"))[0]?.[0]);
      await eventually(count, (found) => found >= CREATES, { timeoutMs: DRAIN_MS });
      const titles = (await client.sql("SELECT title FROM notes ORDER BY title")).flat();
      const noted = await readNoted(client);
      expect(titles).toHaveLength(CREATES);
      expect(noted.map(({ title }) => title)).toEqual(titles);
      // A job is named by its row of the outbox: one for each note, and none for what was rolled back.
      expect(await client.sql("SELECT count(DISTINCT job) FROM noted")).toEqual([[String(CREATES)]]);
      expect(await client.sql("SELECT count(*) FROM shaperail_outbox WHERE job_ids IS NULL")).toEqual([["0"]]);
      // Run again is what a killed process had in hand; and all that is not settled, when Redis forgets that it was done.
      const again = noted.filter(({ runs }) => runs > 1).length;
      expect(again).toBeLessThanOrEqual(redis === undefined ? KILLS * IN_HAND : CREATES);
    },
  );

  test("a server that is killed at its answer leaves the job to the one that starts after it", async () => {
    const { url, victims, client } = await startCast(backend);
    const [server, worker] = victims;
    await worker?.end();
    await createSurely(url, "one");
    await server?.kill();
    const noted = await eventually(
      () => readNoted(client),
      ({ length }) => length === 1,
      { timeoutMs: 40_000 },
    );
    expect(noted).toMatchObject([{ title: "one" }]);
  });
});
