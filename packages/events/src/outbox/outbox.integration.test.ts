import { createRequire } from "node:module";
import { closeable } from "@shaperail/core";
import { createDatabase } from "@shaperail/db";
import { startPostgres } from "@shaperail/test-services";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createEventRouter } from "../event-router.ts";
import { eventually, install, makeHome, makeQueue, type TestHome, type TestQueue } from "../events.test-kit.ts";
import { forgetOutboxJob } from "./forget-job.ts";
import { outboxInsert, type OutboxIntent } from "./insert-sql.ts";
import { createOutbox, type Listen, type Outbox, type OutboxOptions } from "./outbox.ts";

let home: TestHome;
let queue: TestQueue;
const open: Outbox[] = [];

beforeEach(async () => {
  home = await makeHome();
  queue = makeQueue();
});
afterEach(async () => {
  for (const outbox of open.splice(0)) await outbox.close();
  await home.close();
});

function make(options: Partial<OutboxOptions> = {}): Outbox {
  const outbox = createOutbox({ database: home.database, queue, pollMs: 20, ...options });
  open.push(outbox);
  return outbox;
}
async function relay(options: Partial<OutboxOptions> = {}): Promise<Outbox> {
  const outbox = make(options);
  await outbox.start();
  return outbox;
}
const sql = async (text: string, ...values: (string | null)[]): Promise<readonly (readonly (string | null)[])[]> =>
  (await home.database.run({ name: "test", text, prepare: false }, values)).rows;
const rowsLeft = async (): Promise<number> => Number((await sql(`SELECT count(*) FROM shaperail_outbox`))[0]?.[0]);

const created: OutboxIntent = { kind: "event", name: "posts.created" };
const sendMail: OutboxIntent = { kind: "job", name: "send-mail" };

/** The statement that `rest` would make. */
function insertPost(intents: readonly OutboxIntent[]): string {
  const outbox = outboxInsert({
    intents,
    resource: "posts",
    action: "created",
    data: `to_jsonb(w) - 'version'`,
    trace: "$3::text::jsonb",
  });
  return `WITH written AS (INSERT INTO posts (id, title) VALUES ($1, $2) RETURNING *), outbox AS (${outbox}) SELECT id FROM written`;
}

test("a write stores its intents in the same statement, and the relay makes jobs of them", async () => {
  await sql(insertPost([sendMail, created]), "9007199254740993", "it's", '{"traceparent":"00-a-b-01"}');
  const router = createEventRouter([
    {
      event: "posts.*",
      targets: [
        { type: "job", name: "index" },
        { type: "webhook", url: "https://example.org/hook" },
      ],
    },
  ]);
  const outbox = await relay({ route: router.route });
  await eventually(() => queue.added.length === 3, { what: "three jobs" });
  const [mail, index, hook] = queue.added;
  const trace = { traceparent: "00-a-b-01" };
  expect(mail).toMatchObject({
    name: "send-mail",
    payload: { resource: "posts", action: "created", data: { title: "it's" } },
    trace,
  });
  expect(index).toMatchObject({
    name: "index",
    payload: {
      event: "posts.created",
      resource: "posts",
      action: "created",
      data: { title: "it's" },
      event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    },
    trace,
  });
  expect(hook).toMatchObject({
    name: "shaperail:webhook_deliver",
    priority: "high",
    payload: { url: "https://example.org/hook" },
  });
  const { body = "" } = (hook?.payload ?? {}) as { body?: string };
  expect(body).toContain('"data":{"id": 9007199254740993, "title": "it\'s"}');
  expect(JSON.parse(body)).toMatchObject({
    event: "posts.created",
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
  });
  // The jobs are in the queue a moment before the transaction that moved them is over.
  await eventually(async () => (await outbox.stats()).depth === 0, { what: "the end of the move" });
  expect(await sql(`SELECT event, resource, action, data->>'title' FROM shaperail_event_log`)).toEqual([
    ["posts.created", "posts", "created", "it's"],
  ]);
  expect(await outbox.stats()).toEqual({ depth: 0, oldestMs: 0 });
});

test("a write that is rolled back, or fails, leaves nothing (J06)", async () => {
  await expect(
    home.database.transaction(async (transaction) => {
      await transaction.run({ name: "test.insert", text: insertPost([sendMail]) }, ["1", "a", null]);
      await make().store({ ...sendMail, resource: "posts", action: "created", data: {} }, transaction);
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  await sql(insertPost([sendMail]), "2", "a", null);
  await expect(sql(insertPost([sendMail]), "2", "again", null)).rejects.toMatchObject({ code: "DB_UNIQUE_VIOLATION" });
  expect(await rowsLeft()).toBe(1);
});

test("writes to one row become jobs in the order in which they were committed, whatever the number of writers and relays", async () => {
  await sql(`INSERT INTO posts (id, title) SELECT n, 'x' FROM generate_series(1, 3) n`);
  const insert = outboxInsert({ intents: [sendMail], resource: "posts", action: "updated", data: "to_jsonb(w)" });
  const update = `WITH written AS (UPDATE posts SET version = version + 1 WHERE id = $1 RETURNING *), outbox AS (${insert}) SELECT id FROM written`;
  await Promise.all([1, 2, 3].map(() => relay({ batchSize: 7 })));
  await Promise.all(
    Array.from({ length: 150 }, (_, n) =>
      home.database.run({ name: "test.update", text: update }, [String((n % 3) + 1)]),
    ),
  );
  await eventually(() => queue.added.length === 150, { what: "150 jobs" });
  for (const id of [1, 2, 3]) {
    const versions = queue.added
      .map(({ payload }) => (payload as { data: { id: number; version: number } }).data)
      .filter((data) => data.id === id)
      .map(({ version }) => version);
    expect(versions).toEqual(Array.from({ length: 50 }, (_, n) => n + 2));
  }
});

test("a crash between adding and remembering adds nothing twice", async () => {
  await sql(insertPost([sendMail]), "1", "a", null);
  let crashes = 2;
  queue.after = () => {
    if ((crashes -= 1) >= 0) throw new Error("crash");
  };
  await relay();
  await eventually(async () => (await make().stats()).depth === 0, { what: "the remembering" });
  expect(queue.added).toHaveLength(1);
  expect(crashes).toBe(-1);
});

test("while the queue is away rows wait and are counted, and go on in order when it is back (J05)", async () => {
  let isAway = true;
  queue.before = () => {
    if (isAway) throw new Error("away");
  };
  const outbox = await relay();
  for (const id of ["1", "2", "3"]) await sql(insertPost([sendMail]), id, "a", null);
  const stats = await eventually(async () => {
    const found = await outbox.stats();
    return found.oldestMs > 30 && found;
  });
  expect(stats.depth).toBe(3);
  isAway = false;
  await eventually(() => queue.added.length === 3, { what: "the jobs" });
  expect(queue.added.map(({ payload }) => (payload as { data: { id: number } }).data.id)).toEqual([1, 2, 3]);
});

test("a job that was dropped on purpose does not come back", async () => {
  const outbox = make({ checkAfterMs: 200 });
  await outbox.store({ kind: "job", name: "send-mail", resource: "posts", action: "created", data: {} });
  await outbox.start();
  const [dropped = ""] = await eventually(() => queue.added.length === 1 && queue.added.map(({ id }) => id));
  await eventually(async () => (await sql(`SELECT 1 FROM shaperail_outbox WHERE job_ids IS NOT NULL`)).length === 1);
  expect(await forgetOutboxJob(home.database, "never")).toBe(false);
  expect(await forgetOutboxJob(home.database, dropped)).toBe(true);
  queue.known.delete(dropped);
  await eventually(async () => (await rowsLeft()) === 0, { what: "forgetting" });
  expect(queue.added).toHaveLength(1);
});

test("jobs that the queue has lost are added again, those that are over are forgotten, and those that run are left alone", async () => {
  await relay({ checkAfterMs: 50 });
  for (const id of ["1", "2", "3"]) await sql(insertPost([sendMail]), id, "a", null);
  await eventually(() => queue.added.length === 3, { what: "the jobs" });
  const [lost, done, active] = queue.added.map(({ id }) => id);
  queue.known
    .set(done ?? "", "completed")
    .set(active ?? "", "active")
    .delete(lost ?? "");
  await eventually(() => queue.added.length === 4, { what: "the lost job" });
  expect(queue.added[3]).toEqual(queue.added[0]);
  await eventually(async () => (await rowsLeft()) === 2, { what: "the forgetting" });
  for (const id of queue.known.keys()) queue.known.set(id, "dead");
  await eventually(async () => (await rowsLeft()) === 0, { what: "the forgetting of the rest" });
  expect(queue.added).toHaveLength(4);
});

test("what has a key is stored once, for as long as keys are kept", async () => {
  const entry = { ...created, resource: "stripe", action: "received", data: { a: 1 }, dedupeKey: "standard:msg_1" };
  const outbox = await relay({
    checkAfterMs: 20,
    keepKeysMs: 1_000,
    route: () => [{ id: "job-1", name: "x", payload: {} }],
  });
  const stored = await Promise.all([outbox.store(entry), outbox.store(entry), outbox.store(entry)]);
  expect(stored.filter(Boolean)).toHaveLength(1);
  await eventually(() => queue.added.length === 1, { what: "the job" });
  queue.known.set("job-1", "completed");
  await eventually(
    async () => (await sql(`SELECT 1 FROM shaperail_outbox WHERE settled_at IS NOT NULL`)).length === 1,
    { what: "the settling" },
  );
  expect(await outbox.store(entry)).toBe(false);
  await eventually(async () => (await rowsLeft()) === 0, { what: "the pruning" });
  expect(await outbox.store(entry)).toBe(true);
});

test("a row that cannot become jobs is put off, and the others go on", async () => {
  await sql(insertPost([created]), "1", "poison", null);
  await sql(insertPost([sendMail]), "2", "good", null);
  const outbox = await relay({
    batchSize: 1,
    route: () => {
      throw new Error("broken route");
    },
  });
  await eventually(() => queue.added.length === 1, { what: "the good one" });
  expect((await outbox.stats()).depth).toBe(1);
});

test("an event that nobody listens to is logged and forgotten", async () => {
  await relay({ checkAfterMs: 20 });
  await sql(insertPost([created]), "1", "a", null);
  await eventually(
    async () => (await sql(`SELECT 1 FROM shaperail_event_log`)).length === 1 && (await rowsLeft()) === 0,
    { what: "the forgetting" },
  );
  expect(queue.added).toEqual([]);
});

test("a relay in another process is woken by a notification, long before it would look", async () => {
  const heard: string[] = [];
  await relay({ pollMs: 60_000, listen: listenWith(home.url, heard) });
  const writer = make();
  await new Promise((resolve) => setTimeout(resolve, 100)); // The look that begins with the start is over.
  for (const id of ["1", "2"]) {
    await sql(insertPost([sendMail]), id, "a", null);
    writer.wake();
    writer.wake();
    await eventually(() => queue.added.length === Number(id) && heard.length === Number(id), { what: "the job" });
  }
  expect(heard).toEqual(["shaperail_outbox", "shaperail_outbox"]);
});

test("a relay in the same process is woken without the database, and one that cannot listen polls", async () => {
  const outbox = await relay({ pollMs: 60_000, listen: () => Promise.reject(new Error("a pooler")) });
  await sql(insertPost([sendMail]), "1", "a", null);
  outbox.wake();
  await eventually(() => queue.added.length === 1, { what: "the job" });
  const polling = await relay({ pollMs: 20 });
  await sql(insertPost([sendMail]), "2", "a", null);
  await eventually(() => queue.added.length === 2, { what: "the second job" });
  expect(polling.close()).toBe(polling.close());
});

test("closing ends in time while the database hangs", async () => {
  await using postgres = await startPostgres();
  await using database = createDatabase({ url: postgres.url, closeTimeoutMs: 100 });
  await install(database);
  const outbox = make({ database, closeTimeoutMs: 200 });
  await outbox.start();
  postgres.pause();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const started = Date.now();
  await outbox.close();
  expect(Date.now() - started).toBeLessThan(5_000);
  postgres.resume();
});

test("an insert without intents, and a name that could leave its quotes, are refused", () => {
  const options = { resource: "posts", action: "created", data: "to_jsonb(w)" };
  expect(() => outboxInsert({ ...options, intents: [] })).toThrow(TypeError);
  expect(() => outboxInsert({ ...options, intents: [{ kind: "job", name: "a\\'b" }] })).toThrow(TypeError);
  expect(outboxInsert({ ...options, intents: [{ kind: "job", name: "a'b" }] })).toContain("'a''b'");
});

interface Client {
  connect(): Promise<void>;
  end(): Promise<void>;
  query(text: string): Promise<unknown>;
  on(event: "notification", listener: (message: { channel: string }) => void): unknown;
}

/** LISTEN with the driver of the test services: this package leaves the connection to its caller. */
function listenWith(url: string, heard: string[]): Listen {
  const { Client: PgClient } = createRequire(import.meta.resolve("@shaperail/test-services"))("pg") as {
    Client: new (url: string) => Client;
  };
  return async (channel, onNotify) => {
    const client = new PgClient(url);
    await client.connect();
    client.on("notification", (message) => {
      heard.push(message.channel);
      onNotify();
    });
    await client.query(`LISTEN ${channel}`);
    return closeable(() => client.end());
  };
}
