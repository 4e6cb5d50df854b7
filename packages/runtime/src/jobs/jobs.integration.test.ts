import { createTestDatabase } from "@shaperail/test-services";
import { describe, expect, onTestFinished, test } from "vitest";
import { type RunningProject, startProject } from "../running-project.test-kit.ts";
import {
  BACKENDS,
  clientOf,
  eventually,
  everythingKept,
  jobServices,
  jobsProject,
  NOTE_DOWN,
  NOTES,
  readNoted,
} from "./jobs-project.test-kit.ts";

const SECRET = "ann@example.org";

const create = ({ call }: RunningProject, title: string): Promise<{ readonly status: number }> =>
  call("/v1/notes", { method: "POST", body: { title, email: SECRET }, headers: { "x-request-id": `req-${title}` } });

async function metric({ url }: RunningProject, name: string): Promise<string | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text.split("\n").find((line) => line.startsWith(name));
}

describe.each(BACKENDS)("jobs kept in %s", (backend) => {
  test("a create has its job run once, with the row but what is sensitive, in the name of the request", async () => {
    const services = await jobServices(backend);
    const client = clientOf(services);
    const app = await startProject(jobsProject(), services.env);
    expect((await create(app, "one")).status).toBe(201);
    const [noted] = await eventually(
      () => readNoted(client),
      ({ length }) => length === 1,
    );
    expect(noted).toMatchObject({ title: "one", runs: 1 });
    expect(JSON.parse(noted?.payload ?? "")).toEqual({
      resource: "notes",
      action: "created",
      data: { id: expect.any(String), title: "one" },
    });
    const line = app.lines.find(({ message }) => message === "noting down");
    expect(line).toMatchObject({ target: "shaperail_runtime::jobs", request_id: "req-one" });
    expect(await everythingKept(services)).not.toContain(SECRET);
    expect(JSON.stringify(app.lines)).not.toContain(SECRET);
  });

  test("a write that was refused has no job", async () => {
    const services = await jobServices(backend);
    const client = clientOf(services);
    const app = await startProject(jobsProject(), services.env);
    await create(app, "one");
    expect((await create(app, "one")).status).toBe(409);
    await create(app, "two");
    await eventually(
      () => readNoted(client),
      ({ length }) => length === 2,
    );
    expect((await readNoted(client)).map(({ runs }) => runs)).toEqual([1, 1]);
    expect(await client.sql("SELECT count(*) FROM shaperail_outbox")).toEqual([["2"]]);
  });

  test("a job that goes on failing is a dead letter, counted, and says nothing that is sensitive", async () => {
    const services = await jobServices(backend);
    const app = await startProject(jobsProject(), services.env);
    await create(app, "refused");
    await eventually(
      () => metric(app, 'shaperail_errors_total{error_type="job_dead"}'),
      (line) => line?.endsWith(" 1") ?? false,
    );
    expect(await metric(app, 'shaperail_jobs_held{state="dead"}')).toMatch(/ 1$/);
    const kept = await everythingKept(services);
    expect(kept).toContain("[REDACTED]");
    expect(kept).not.toContain(SECRET);
    expect(JSON.stringify(app.lines)).not.toContain(SECRET);
  });

  test("schedules, subscribers and hooks lead to their functions", async () => {
    const services = await jobServices(backend);
    const client = clientOf(services);
    const record = (what: string): string =>
      `export async function handle(payload, { db }) {
        const title = ${what};
        await db.insertInto("noted").values({ job: "x", title, payload: JSON.stringify(payload) }).onConflict((c) => c.doNothing()).execute();
      }`;
    const app = await startProject(
      jobsProject({
        config: `events: { subscribers: [{ event: "*.updated", targets: [{ type: job, name: on_update }] }] }
schedules: [{ job: tick, cron: "* * * * * *", payload: { from: schedule } }]`,
        notes: NOTES.replace("update: {", "update: { subscribers: [{ event: notes.updated, handler: on_event }],"),
        files: {
          "jobs/on_update.ts": record('"updated " + payload.data.title'),
          "jobs/tick.ts": record('"tick " + payload.from'),
          "hooks/on_event.ts": record('"hook " + payload.event'),
        },
      }),
      services.env,
    );
    const { json } = await app.call<{ readonly id: string }>("/v1/notes", { method: "POST", body: { title: "a" } });
    await app.call(`/v1/notes/${json.data.id}`, { method: "PATCH", body: { title: "b" } });
    const titles = async (): Promise<string[]> => (await readNoted(client)).map(({ title }) => title);
    await eventually(titles, (found) => found.length >= 4);
    expect(await titles()).toEqual(["a", "hook notes.updated", "tick schedule", "updated b"]);
    const event = (await readNoted(client)).find(({ title }) => title === "updated b");
    expect(JSON.parse(event?.payload ?? "")).toMatchObject({
      event: "notes.updated",
      resource: "notes",
      action: "updated",
    });
    expect(await client.sql("SELECT event FROM shaperail_event_log")).toEqual([["notes.updated"]]);
  });

  test("with concurrency 0 the server runs none, and a worker that answers no resource runs them", async () => {
    const services = await jobServices(backend);
    const client = clientOf(services);
    const files = jobsProject({ config: "jobs: { concurrency: 0 }" });
    const server = await startProject(files, services.env);
    await create(server, "one");
    expect(await metric(server, 'shaperail_outbox_depth{database="default"}')).toMatch(/ 1$/);
    const worker = await startProject(files, services.env, { mode: "worker" });
    await eventually(
      () => readNoted(client),
      ({ length }) => length === 1,
    );
    await create(server, "two");
    await eventually(
      () => readNoted(client),
      ({ length }) => length === 2,
    );
    expect((await worker.call("/v1/notes")).status).toBe(404);
    expect((await worker.call("/health")).status).toBe(200);
    const ready = await worker.call("/health/ready");
    expect(ready.status).toBe(200);
    expect(ready.json).toMatchObject({ checks: { database: { status: "ok" }, jobs: { status: "ok" } } });
    expect(await metric(worker, "shaperail_job_queue_depth")).toBe("shaperail_job_queue_depth 0");
    expect(await metric(worker, 'shaperail_job_duration_seconds_count{job="note_down",outcome="ok"}')).toMatch(/ 2$/);
  });

  test("a stop waits for the job that runs, and hands back one that takes too long", async () => {
    const services = await jobServices(backend);
    const client = clientOf(services);
    const slow = `import { setTimeout as sleep } from "node:timers/promises";
${NOTE_DOWN.replace("logger.info(", 'logger.info("began"); await sleep(data.title === "long" ? 60_000 : 600, undefined, { signal }); logger.info(').replace("{ db, id,", "{ db, id, signal,")}`;
    const app = await startProject(jobsProject({ files: { "jobs/note_down.ts": slow } }), services.env, {
      graceMs: 1_500,
    });
    await create(app, "short");
    await create(app, "long");
    await eventually(
      () => app.lines.filter(({ message }) => message === "began").length,
      (count) => count === 2,
    );
    await app.runtime.close();
    expect((await readNoted(client)).map(({ title }) => title)).toEqual(["short"]);
    expect(app.lines.some(({ message }) => message === "A job was handed back")).toBe(true);
    await startProject(jobsProject(), services.env);
    const noted = await eventually(
      () => readNoted(client),
      ({ length }) => length === 2,
      { timeoutMs: 5_000 },
    );
    expect(noted.map(({ runs }) => runs)).toEqual([1, 1]);
  });
});

interface Refused {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly config?: string;
  readonly withoutJob?: boolean;
  readonly code: string;
  readonly names: string;
}

describe("a start is refused", () => {
  test.each<Refused>([
    {
      what: "a job without a file",
      files: {},
      withoutJob: true,
      code: "RUNTIME_JOB_MISSING",
      names: "note_down",
    },
    {
      what: "a job without a handler",
      files: { "jobs/note_down.ts": "export const x = 1;" },
      code: "RUNTIME_JOB_INVALID",
      names: "note_down",
    },
    {
      what: "a file among the jobs that is none",
      files: { "jobs/helper.ts": "export const x = 1;" },
      code: "RUNTIME_JOB_INVALID",
      names: "helper",
    },
    {
      what: "options that cannot be",
      files: { "jobs/note_down.ts": `${NOTE_DOWN.replace("attempts: 3", "attempts: 0")}` },
      code: "RUNTIME_JOB_INVALID",
      names: "attempts",
    },
    {
      what: "a file that does not load",
      files: { "jobs/note_down.ts": "export const = 1;" },
      code: "RUNTIME_MODULE_FAILED",
      names: "note_down",
    },
    {
      what: "a subscriber's hook without a file",
      config: "events: { subscribers: [{ event: a.b, targets: [{ type: hook, name: audit }] }] }",
      files: {},
      code: "RUNTIME_JOB_MISSING",
      names: "audit",
    },
    {
      what: "a name that leads out of the folder",
      config: "schedules: [{ job: ../secrets, cron: 0 0 * * * }]",
      files: {},
      code: "RUNTIME_JOB_MISSING",
      names: "secrets",
    },
  ])("for $what, by name", async ({ files, config, code, names, withoutJob = false }) => {
    const { "jobs/note_down.ts": job, ...others } = jobsProject({ config, files });
    const all = withoutJob ? others : { ...others, "jobs/note_down.ts": job ?? "" };
    const error = await startProject(all, { DATABASE_URL: "postgres://localhost:1/nowhere" }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code, message: expect.stringContaining(names) });
  });

  test("without the tables of the outbox", async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.close());
    await expect(startProject(jobsProject(), { DATABASE_URL: database.url })).rejects.toMatchObject({
      code: "RUNTIME_MIGRATIONS_PENDING",
      hint: expect.stringContaining("shaperail migrate"),
    });
  });

  test("without the tables of the queue, when there is no Redis", async () => {
    const { database } = await jobServices("redis");
    await expect(startProject(jobsProject(), { DATABASE_URL: database.url })).rejects.toMatchObject({
      code: "JOBS_SCHEMA_MISSING",
    });
  });
});

test("a file whose name says that it is no job is left alone", async () => {
  const { env } = await jobServices("redis");
  const files = { "jobs/_shared.ts": "export const x = 1;", "jobs/note_down.test.ts": "throw new Error('a test');" };
  await expect(startProject(jobsProject({ files }), env)).resolves.toBeDefined();
});
