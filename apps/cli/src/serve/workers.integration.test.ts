import { existsSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createDatabase } from "@shaperail/db";
import { createTestDatabase, freePort } from "@shaperail/test-services";
import { expect, onTestFinished, test } from "vitest";
import { CONFIG, projectDirectory, POSTS, type Spawned, spawnCommand } from "../command.test-kit.ts";

/** Takes as long as the title of a new post says, and ends the process when it says so. */
const CONTROLLER = `import { setTimeout as sleep } from "node:timers/promises";
export async function work(context) {
  const { title } = context.input;
  if (title.startsWith("sleep ")) await sleep(Number(title.slice(6)));
  if (title === "crash") setImmediate(() => { throw new Error("planned"); });
  if (title === "hang") process.kill(process.pid, "SIGSTOP");
}
`;

const files = (workers: string, more = ""): Record<string, string> => ({
  "shaperail.config.yaml": `${CONFIG}    pool_size: 5\nworkers: ${workers}\n${more}`,
  "resources/posts.yaml": POSTS.replace(
    "create: { auth: public }",
    "create: { auth: public, controller: { before: work } }",
  ),
  "resources/posts.controller.ts": CONTROLLER,
});

interface Instance extends Spawned {
  readonly url: string;
  readonly adminUrl: string;
  lines(): readonly Record<string, unknown>[];
  /** Process ids of those that serve. */
  pids(): readonly number[];
}

async function serve(workers: string, more?: string): Promise<Instance> {
  const { url: databaseUrl, close } = await createTestDatabase();
  await using database = createDatabase({ url: databaseUrl, poolSize: 1 });
  const text =
    "create table posts (id uuid primary key default gen_random_uuid(), title varchar(200) not null, views bigint default 0)";
  await database.run({ name: "create", text, prepare: false }, []);
  const directory = await projectDirectory(files(workers, more));
  const [port, adminPort] = [await freePort(), await freePort()];
  const spawned = spawnCommand(["serve", "--port", String(port)], {
    cwd: directory.path,
    env: { DATABASE_URL: databaseUrl, NODE_ENV: "production", SHAPERAIL_ADMIN_PORT: String(adminPort) },
  });
  onTestFinished(async () => {
    spawned.child.kill("SIGTERM");
    await spawned.ended;
    await directory.close();
    await close();
  });
  const instance: Instance = {
    ...spawned,
    url: `http://127.0.0.1:${port}`,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    lines: () =>
      spawned
        .output()
        .stdout.split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    pids: () => childrenOf(spawned.child.pid ?? 0),
  };
  const count = Number(workers);
  await expect.poll(() => started(instance), { timeout: 30_000 }).toBe(count);
  return instance;
}

const started = ({ lines }: Instance): number =>
  lines().filter(({ message }) => String(message).startsWith("listening on port")).length;

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.trim().split(" ").filter(Boolean).map(Number);
}

/** Each on a connection of its own, so that the processes take turns. */
function create(url: string, title: string): Promise<number | string> {
  return new Promise((resolve) => {
    const sent = request(`${url}/v1/posts`, {
      method: "POST",
      agent: false,
      headers: { "content-type": "application/json" },
    });
    sent.on("response", (response) => response.resume().on("end", () => resolve(response.statusCode ?? 0)));
    sent.on("error", (error) => resolve(String(error)));
    sent.end(JSON.stringify({ title }));
  });
}

const times = <Value>(count: number, make: () => Value): Value[] => Array.from({ length: count }, make);

async function metricsOf({ adminUrl }: Instance): Promise<readonly string[]> {
  return (await (await fetch(`${adminUrl}/metrics`)).text()).split("\n");
}

const CREATED = 'shaperail_http_requests_total{method="POST",path="/v1/posts",status="201"}';

test("three processes share a port and five connections; any of them answers for all", async () => {
  const instance = await serve("3");
  expect(instance.pids()).toHaveLength(3);
  for (let round = 0; round < 10; round += 1) {
    const answers = await Promise.all(times(30, () => create(instance.url, "one")));
    expect(answers.every((status) => status === 201)).toBe(true);
  }
  const access = instance.lines().filter(({ path }) => path === "/v1/posts");
  expect(new Set(access.map(({ worker }) => worker))).toEqual(new Set([1, 2, 3]));
  for (let n = 0; n < 6; n += 1) {
    const page = await metricsOf(instance);
    expect(page).toContain(`${CREATED} 300`);
    expect(page).toContain('shaperail_http_request_duration_seconds_count{method="POST",path="/v1/posts"} 300');
    expect(page).toContain('shaperail_db_pool_max{database="default"} 5');
    expect(page).toContain('shaperail_runtime_workers{state="answering"} 3');
  }
  const askForNothing = (): Promise<unknown> =>
    Promise.all(times(150, () => fetch(`${instance.url}/${Math.random()}`)));
  await askForNothing();
  // Kinds of garbage collection appear when they happen.
  const series = async (): Promise<number> =>
    (await metricsOf(instance)).filter((line) => line.startsWith("shaperail_")).length;
  await series();
  const before = await series();
  await askForNothing();
  expect(await series()).toBe(before);
});

test("SIGTERM lets 200 slow requests in all processes finish, and ends with 0", async () => {
  const instance = await serve("3");
  const slow = times(200, () => create(instance.url, "sleep 3000"));
  await sleep(1_500);
  instance.child.kill("SIGTERM");
  const answers = await Promise.all(slow);
  expect(answers).toEqual(times(200, () => 201));
  expect((await instance.ended).exitCode).toBe(0);
});

test("a request on a kept connection while draining is answered, with `Connection: close`; new connections too until the delay is over", async () => {
  const instance = await serve("2", "server: { drain_delay: 2s }\n");
  await create(instance.url, "warm");
  instance.child.kill("SIGTERM");
  await sleep(300);
  const answers = await Promise.all(times(20, () => fetch(`${instance.url}/v1/posts`)));
  expect(answers.map(({ status, headers }) => [status, headers.get("connection")])).toEqual(
    times(20, () => [200, "close"]),
  );
  expect((await fetch(`${instance.adminUrl}/health/ready`)).status).toBe(503);
  expect((await instance.ended).exitCode).toBe(0);
});

test("a stop told to the whole group is one stop; a second signal ends everything at once", async () => {
  const instance = await serve("2");
  const slow = times(4, () => create(instance.url, "sleep 20000"));
  await sleep(500);
  for (const pid of [...instance.pids(), instance.child.pid ?? 0]) process.kill(pid, "SIGINT");
  await sleep(500);
  expect(instance.pids()).toHaveLength(2);
  const pids = instance.pids();
  instance.child.kill("SIGTERM");
  expect((await instance.ended).exitCode).toBe(143);
  expect((await Promise.all(slow)).every((status) => status !== 201)).toBe(true);
  await expect.poll(() => pids.filter(isAlive)).toEqual([]);
});

test("a process that crashes is replaced under its number, and what it had counted stays counted", async () => {
  const instance = await serve("2");
  await Promise.all(times(20, () => create(instance.url, "one")));
  expect(await metricsOf(instance)).toContain(`${CREATED} 20`);
  const before = instance.pids();
  await create(instance.url, "crash");
  await expect.poll(() => started(instance), { timeout: 20_000 }).toBe(3);
  const after = instance.pids();
  expect(after.filter((pid) => before.includes(pid))).toHaveLength(1);
  expect(after).toHaveLength(2);
  const lines = instance.lines();
  expect(lines).toContainEqual(
    expect.objectContaining({ message: "a process ended; another one takes its place", exit_code: 1 }),
  );
  await Promise.all(times(10, () => create(instance.url, "one")));
  const page = await metricsOf(instance);
  expect(page.find((line) => line.startsWith(CREATED))).toMatch(/ 3[01]$/);
  expect(page).toContain("shaperail_runtime_workers_ended_total 1");
});

test("of a process that hangs only what it had counted is on the page, and that it is silent", async () => {
  const instance = await serve("2");
  await Promise.all(times(20, () => create(instance.url, "one")));
  await metricsOf(instance);
  const [, hanging = 0] = instance.pids();
  process.kill(hanging, "SIGSTOP");
  // A connection that is handed to the one that hangs is never answered.
  const page = await expect
    .poll(() => Promise.race([metricsOf(instance), sleep(2_500, [])]), { timeout: 15_000 })
    .toContain(`${CREATED} 20`)
    .then(() => Promise.race([metricsOf(instance), sleep(2_500, [])]));
  expect(page).toContain('shaperail_runtime_workers{state="silent"} 1');
  process.kill(hanging, "SIGCONT");
});

test("without the process that started them none stays", async () => {
  const instance = await serve("2");
  const pids = instance.pids();
  instance.child.kill("SIGKILL");
  await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([]);
});

test("processes that end again and again end the application with 1", async () => {
  const instance = await serve("2");
  const end = async (): Promise<void> => {
    while (instance.child.exitCode === null) {
      for (const pid of instance.pids()) process.kill(pid, "SIGKILL");
      await sleep(20);
    }
  };
  await end().catch(() => undefined);
  expect((await instance.ended).exitCode).toBe(1);
  expect(instance.lines()).toContainEqual(
    expect.objectContaining({ message: "processes end again and again: giving up" }),
  );
});

test("a project that cannot start says so once, and ends with the code of its first process", async () => {
  const directory = await projectDirectory(files("4"));
  onTestFinished(() => directory.close());
  const env = { DATABASE_URL: "postgresql://u:p@127.0.0.1:1/none", NODE_ENV: "production" };
  const spawned = spawnCommand(["serve"], { cwd: directory.path, env });
  const { exitCode, stderr } = await spawned.ended;
  expect(exitCode).toBe(4);
  expect(stderr.match(/DB_UNAVAILABLE/g)).toHaveLength(1);
});

function isAlive(pid: number): boolean {
  // A zombie is what nobody has asked after yet.
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
}
