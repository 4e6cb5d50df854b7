import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, freePort } from "@shaperail/test-services";
import { expect, test } from "vitest";
import { CONFIG, POSTS, PROJECT, projectDirectory, run, type Spawned, spawnCommand } from "../command.test-kit.ts";

const TELL = `import { appendFile } from "node:fs/promises";
export async function handle({ resource, action, data }, { logger }) {
  logger.info("told", { title: data.title });
  await appendFile("told.txt", \`\${resource} \${action} \${data.title}\\n\`);
}
`;
const FILES = {
  ...PROJECT,
  "resources/posts.yaml": POSTS.replace("create: { auth: public }", "create: { auth: public, jobs: [tell] }"),
  "jobs/tell.js": TELL,
};
const WITHOUT_WORKERS = { ...FILES, "shaperail.config.yaml": `${CONFIG}jobs: { concurrency: 0 }\n` };

interface Started extends AsyncDisposable, Spawned {
  stop(signal?: NodeJS.Signals): Promise<number>;
}

function start(words: readonly string[], options: Parameters<typeof spawnCommand>[1]): Started {
  const spawned = spawnCommand(words, options);
  const stop = async (signal: NodeJS.Signals = "SIGTERM"): Promise<number> => {
    spawned.child.kill(signal);
    return (await spawned.ended).exitCode;
  };
  return { ...spawned, stop, [Symbol.asyncDispose]: async () => void (await stop()) };
}

const create = async (url: string, title: string): Promise<number> => {
  const headers = { "content-type": "application/json" };
  return (await fetch(`${url}/v1/posts`, { method: "POST", headers, body: JSON.stringify({ title }) })).status;
};

const waitsFor = (read: () => string | Promise<string>, text: string): Promise<void> =>
  expect.poll(read, { timeout: 30_000, interval: 50 }).toContain(text);

test("serve in development runs jobs inside, shows them on a board, and takes a changed job", async () => {
  await using directory = await projectDirectory(FILES);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await using served = start(["serve", "--port", String(port)], { cwd: directory.path });
  await served.says("is ready after");
  expect(served.output().stderr).toContain("Made the tables of the job queue");
  expect(served.output().stderr).toContain(`/_shaperail/jobs\n`);
  expect(await create(url, "first")).toBe(201);
  await waitsFor(() => served.output().stdout, "told");

  const page = await fetch(`${url}/_shaperail/jobs`);
  expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  const html = await page.text();
  expect(html).toContain('<base href="/_shaperail/jobs/"');
  const script = /src="(static\/js\/main[^"]+)"/.exec(html)?.[1] ?? "";
  expect((await fetch(`${url}/_shaperail/jobs/${script}`)).status).toBe(200);
  const queues = (await (
    await fetch(`${url}/_shaperail/jobs/api/queues?activeQueue=jobs&status=completed`)
  ).json()) as {
    readonly queues: readonly { readonly name: string; readonly jobs: readonly { readonly name: string }[] }[];
  };
  expect(queues.queues).toMatchObject([{ name: "jobs", jobs: [{ name: "tell" }] }]);
  expect((await fetch(`${url}/_shaperail/jobsandmore`)).status).toBe(404);

  await writeFile(join(directory.path, "jobs/tell.js"), TELL.replace('"told"', '"told anew"'));
  await served.says("Reloaded in");
  expect(await create(url, "second")).toBe(201);
  await waitsFor(() => served.output().stdout, "told anew");
  expect(await served.stop()).toBe(0);
});

test("a worker beside serve works on what it leaves, on the same embedded PostgreSQL, and stops with 0", async () => {
  await using directory = await projectDirectory(WITHOUT_WORKERS);
  const port = await freePort();
  await using served = start(["serve", "--port", String(port)], { cwd: directory.path });
  await served.says("is ready after");
  expect(await create(`http://127.0.0.1:${port}`, "left")).toBe(201);
  await using worker = start(["worker"], { cwd: directory.path });
  await worker.says("is working on its jobs after");
  await waitsFor(() => worker.output().stdout, "told");
  expect(served.output().stdout).not.toContain('"told"');
  const health = /Health {2}(\S+)/.exec(worker.output().stderr)?.[1] ?? "";
  expect((await fetch(health)).status).toBe(200);
  expect((await fetch(health.replace("/health", "/v1/posts"))).status).toBe(404);
  expect(await worker.stop("SIGINT")).toBe(0);
});

test("in production a worker takes jobs of the server beside it, watches nothing, and drains on SIGTERM", async () => {
  const slow = TELL.replace("logger.info", "await new Promise((done) => setTimeout(done, 1_500));\n  logger.info");
  await using directory = await projectDirectory({ ...WITHOUT_WORKERS, "jobs/tell.js": slow });
  await using database = await createTestDatabase();
  const env = { DATABASE_URL: database.url, NODE_ENV: "production" };
  const options = { cwd: directory.path, env };
  expect((await run(["migrate"], { directory: directory.path, env })).exitCode).toBe(0);
  const [port, workerPort] = [await freePort(), await freePort()];
  await using served = start(["serve", "--port", String(port)], options);
  await using worker = start(["worker", "--port", String(workerPort)], options);
  await waitsFor(() => served.output().stdout, "listening on port");
  await waitsFor(() => worker.output().stdout, "listening on port");
  const board = await fetch(`http://127.0.0.1:${port}/_shaperail/jobs`);
  expect(board.status).toBe(404);
  expect(await create(`http://127.0.0.1:${port}`, "slow")).toBe(201);
  const isActive = async (): Promise<string> =>
    (await run(["jobs", "status"], { directory: directory.path, env })).stdout;
  await expect.poll(isActive, { timeout: 20_000, interval: 100 }).toMatch(/^active +1$/m);
  expect(await worker.stop()).toBe(0);
  expect(worker.output().stdout).toContain('"told"');
});

test.each(["production", "development"])(
  "in %s a worker for a project without jobs says so and ends with 1",
  async (mode) => {
    await using directory = await projectDirectory(PROJECT);
    await using database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, NODE_ENV: mode };
    const { exitCode, stderr } = await spawnCommand(["worker"], { cwd: directory.path, env }).ended;
    expect(exitCode).toBe(1);
    expect(stderr).toContain("CLI_NOTHING_FOUND The project has no jobs");
  },
);
