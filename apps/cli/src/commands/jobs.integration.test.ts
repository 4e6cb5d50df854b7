import { type Closeable, closeable } from "@shaperail/core";
import { createQueue, createWorker, defineJob, type JobQueue, migrateJobs } from "@shaperail/jobs";
import { createTestDatabase, startRedis } from "@shaperail/test-services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PROJECT, POSTS, projectDirectory, type Ran, run, spawnCommand } from "../command.test-kit.ts";

const FILES = {
  ...PROJECT,
  "resources/posts.yaml": POSTS.replace("create: { auth: public }", "create: { auth: public, jobs: [tell] }"),
};
const SECRET = "correct-horse-battery";

interface Home extends Closeable {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  readonly queue: JobQueue;
  /** Runs everything that waits, until nothing does. */
  work(): Promise<void>;
}

const HOMES: readonly { readonly kind: "redis" | "postgres"; make(): Promise<Home> }[] = [
  {
    kind: "redis",
    async make() {
      const redis = await startRedis();
      const { url } = redis;
      const database = await createTestDatabase();
      const home = await openHome({ kind: "redis", url }, { DATABASE_URL: database.url, REDIS_URL: url });
      return {
        ...home,
        ...closeable(async () => void (await Promise.all([home.close(), redis.close(), database.close()]))),
      };
    },
  },
  {
    kind: "postgres",
    async make() {
      const database = await createTestDatabase();
      await migrateJobs({ url: database.url });
      const home = await openHome({ kind: "postgres", url: database.url }, { DATABASE_URL: database.url });
      return { ...home, ...closeable(async () => void (await Promise.all([home.close(), database.close()]))) };
    },
  },
];

async function openHome(
  backend: { readonly kind: "redis" | "postgres"; readonly url: string },
  env: Readonly<Record<string, string>>,
): Promise<Home> {
  const directory = await projectDirectory(FILES);
  const queue = createQueue({ backend });
  const jobs = [
    defineJob({
      name: "fails",
      attempts: 1,
      async handle() {
        throw new Error("the receiver at https://ann:hunter2@mail.example said no\u001B[2J");
      },
    }),
  ];
  return {
    path: directory.path,
    env,
    queue,
    async work() {
      await using worker = createWorker({ backend, jobs });
      await worker.start();
      await expect.poll(async () => (await queue.counts()).waiting, { timeout: 20_000 }).toBe(0);
      await expect.poll(async () => (await queue.counts()).active, { timeout: 20_000 }).toBe(0);
    },
    ...closeable(async () => void (await Promise.all([queue.close(), directory.close()]))),
  };
}

describe.each(HOMES)("with jobs in $kind", ({ make }) => {
  let home: Home;
  const jobs = (...words: string[]): Promise<Ran> => run(["jobs", ...words], { directory: home.path, env: home.env });
  const json = async (...words: string[]): Promise<unknown> => JSON.parse((await jobs(...words, "--json")).stdout);
  beforeAll(async () => {
    home = await make();
  });
  afterAll(() => home.close());

  test("status counts by state and priority, and knows the latest dead letters", async () => {
    await home.queue.addAll([{ id: "dead-1", name: "fails", payload: { to: "ann" } }]);
    await home.work();
    await home.queue.addAll([
      { id: "low-1", name: "fails", payload: {}, priority: "low" },
      { id: "later-1", name: "fails", payload: {}, delayMs: 600_000 },
    ]);
    const { exitCode, stdout } = await jobs("status");
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`waiting     1
  critical  0
  high      0
  normal    0
  low       1
delayed     1
active      0
completed   0
dead        1

Latest dead letters
  fails (dead-1): the receiver at https://***@mail.example said no�[2J
`);
    expect(await json("status")).toMatchObject({
      counts: { waiting: 1, delayed: 1, active: 0, completed: 0, dead: 1 },
      depths: { critical: 0, high: 0, normal: 0, low: 1 },
      dead: [{ id: "dead-1", name: "fails", state: "dead", attempts: 1 }],
      schedules: [],
    });
    expect((await run(["jobs:status"], { directory: home.path, env: home.env })).stdout).toBe(stdout);
  });

  test("status of one job shows all that is known of it, never a password", async () => {
    const { stdout } = await jobs("status", "dead-1");
    expect(stdout).toMatch(/^ID: {9}dead-1\nName: {7}fails\nState: {6}dead\nPriority: {3}normal\nAttempts: {3}1\n/);
    expect(stdout).toContain('Payload:    {"to":"ann"}');
    expect(stdout).toContain("Last error: the receiver at https://***@mail.example said no");
    expect(await json("status", "dead-1")).toMatchObject({
      id: "dead-1",
      error: expect.stringContaining("https://***@mail.example"),
      finished_at: expect.stringMatching(/^\d{4}-.*Z$/),
      payload: { to: "ann" },
      progress: null,
    });
  });

  test("dead lists dead letters, the latest first, and no more than asked for", async () => {
    expect(await json("dead")).toMatchObject([{ id: "dead-1" }]);
    expect((await jobs("dead")).stdout).toMatch(/^\d{4}-\S+Z {2}fails \(dead-1\): the receiver/);
    expect(await json("dead", "--limit", "1")).toHaveLength(1);
  });

  test("retry runs a dead letter again; one that is not dead is refused", async () => {
    expect(await jobs("retry", "dead-1")).toMatchObject({ exitCode: 0, stdout: "Runs again: dead-1\n" });
    expect((await home.queue.status("dead-1"))?.state).toBe("waiting");
    const again = await jobs("retry", "dead-1");
    expect(again).toMatchObject({ exitCode: 1, stdout: "", stderr: expect.stringContaining("CLI_JOB_STATE") });
  });

  test("drop forgets a job for good", async () => {
    expect(await json("drop", "later-1")).toEqual({ dropped: "later-1" });
    expect(await home.queue.status("later-1")).toBeUndefined();
  });

  test.each([["status"], ["retry"], ["drop"]])("%s of an unknown id ends with 1 and a code", async (command) => {
    const { exitCode, stdout, stderr } = await jobs(command, "nobody");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("error CLI_NOTHING_FOUND The queue has no job nobody.");
  });

  test("--watch shows it anew until a signal, and leaves the last of it on the terminal", async () => {
    let stop = (): void => undefined;
    let written = "";
    const ended = run(["jobs", "status", "--watch"], {
      directory: home.path,
      env: home.env,
      isInteractive: true,
      stdout: { write: (text) => void (written += text), color: true },
      onSignal(listener) {
        stop = () => listener("SIGINT");
        return () => undefined;
      },
    });
    await expect.poll(() => written, { timeout: 20_000 }).toContain("\u001B[H\u001B[Jwaiting ");
    await home.queue.addAll([{ id: "seen", name: "fails", payload: {}, priority: "critical" }]);
    await expect.poll(() => written, { timeout: 20_000 }).toMatch(/critical +1\n/);
    stop();
    expect((await ended).exitCode).toBe(0);
    const [, afterwards = ""] = written.split("\u001B[?1049l");
    expect(afterwards).toMatch(/^waiting .*\n {2}critical +1\n/);
  });
});

describe("a wrong command line ends with 2", () => {
  test.each([
    { words: ["status", "--watch"], says: "--json" },
    { words: ["retry"], says: "missing required argument 'id'" },
    { words: ["dead", "--limit", "0"], says: "no number from 1" },
    { words: ["status", "a", "b"], says: "too many arguments" },
  ])("jobs $words", async ({ words, says }) => {
    const { exitCode, stdout, stderr } = await run(["jobs", ...words]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(says);
  });

  test("--watch is refused in a pipe, whatever it is asked of", async () => {
    await using directory = await projectDirectory(FILES);
    const { exitCode, stderr } = await spawnCommand(["jobs:status", "--watch"], { cwd: directory.path }).ended;
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--json");
  });
});

test.each([
  { REDIS_URL: `redis://:${SECRET}@127.0.0.1:1`, DATABASE_URL: `postgresql://ann:${SECRET}@127.0.0.1:1/app` },
  { DATABASE_URL: `postgresql://ann:${SECRET}@127.0.0.1:1/app` },
])("a server that cannot be reached ends it with 4, and its password is not printed", async (env) => {
  await using directory = await projectDirectory(FILES);
  const { exitCode, stdout, stderr } = await run(["jobs", "status", "--debug"], { directory: directory.path, env });
  expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: "" });
  expect(stderr).toContain("JOBS_UNAVAILABLE");
  expect(stderr).not.toContain(SECRET);
});

test("without tables for jobs it says what makes them", async () => {
  await using directory = await projectDirectory(FILES);
  await using database = await createTestDatabase();
  const { exitCode, stderr } = await run(["jobs", "status"], {
    directory: directory.path,
    env: { DATABASE_URL: database.url },
  });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("CLI_MIGRATIONS_PENDING");
  expect(stderr).toContain("shaperail migrate");
});
