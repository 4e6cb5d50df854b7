import { OUTBOX_TABLE, outboxInsert } from "@shaperail/events";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ControllerContext, HandlerContext } from "../controller.ts";
import { type RestApp, startRestWith } from "../rest.test-kit.ts";
import type { RestOutbox } from "./outbox-port.ts";

const ID = "00000000-0000-4000-8000-00000000000";
const NOTES = `resource: notes
version: 1
schema:
  id: { type: uuid, primary: true, required: true }
  title: { type: string, required: true, unique: true }
  big: { type: integer }
  ratio: { type: number }
  happens_at: { type: timestamp }
  tags: { type: array, items: string }
  secret: { type: string, sensitive: true }
  deleted_at: { type: timestamp, nullable: true }
  created_by: { type: string }
endpoints:
  create: { auth: public, jobs: [greet], events: [note.filed] }
  update: { auth: public, jobs: [greet] }
  delete: { auth: [owner], soft_delete: true, jobs: [forget] }
  bulk_create: { auth: public, method: POST, path: /notes/bulk, jobs: [greet] }
  bulk_delete: { auth: [owner], method: DELETE, path: /notes/bulk, soft_delete: true, jobs: [forget] }
  publish: { auth: public, method: POST, path: "/notes/:id/publish", handler: publish, jobs: [announce] }
`;
const QUIET = `resource: quiets
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  title: { type: string, required: true }
endpoints:
  create: { auth: public }
`;
const DRAFTS = `resource: drafts
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  title: { type: string, required: true, unique: true }
  secret: { type: string, sensitive: true }
endpoints:
  create: { auth: public, controller: { before: ask, after: tell } }
  update: { auth: public, controller: { before: ask } }
`;

interface Stored {
  readonly kind: string;
  readonly name: string;
  readonly resource: string;
  readonly action: string;
  readonly data: string;
  readonly trace: string | null;
}

let app: RestApp;
let wakes = 0;
let owner = "ann";
const outbox: RestOutbox = {
  insert: outboxInsert,
  hears: (event) => event === "notes.deleted",
  hasJob: (name) => ["greet", "forget", "announce"].includes(name),
  carrier: () => ({ request_id: "r1" }),
  wake: () => void (wakes += 1),
};

async function ask(context: ControllerContext): Promise<void> {
  await context.enqueue("greet", { from: "before", secret: "hunter2", exact: 9_007_199_254_740_993n });
}
async function tell(context: ControllerContext): Promise<void> {
  await context.emit("draft.told", { from: "after" });
}
async function publish({ body, enqueue }: HandlerContext): Promise<unknown> {
  const { fails, job = "announce" } = body as { fails: boolean; job?: string };
  await app.database
    .kysely()
    .transaction()
    .execute(async (transaction) => {
      await enqueue(job, { nested: [{ secret: "hunter2", kept: 1 }] }, { transaction });
      if (fails) throw new Error("rolled back");
    });
  return { published: true };
}

beforeAll(async () => {
  app = await startRestWith(
    {
      outbox: () => outbox,
      authorize: () => ({ subject: undefined, scope: { owner, tenant: undefined } }),
      functions: () => ({ controllers: { ask, tell }, handlers: { publish } }),
    },
    NOTES,
    QUIET,
    DRAFTS,
  );
  for (const statement of OUTBOX_TABLE.up.split(/;\n/)) if (statement.trim() !== "") await app.sql(statement);
});
afterAll(() => app[Symbol.asyncDispose]());
beforeEach(async () => {
  owner = "ann";
  wakes = 0;
  await app.sql('TRUNCATE "shaperail_outbox", "notes", "drafts"');
  app.statements.length = 0;
});

async function stored(): Promise<readonly Stored[]> {
  const rows = await app.sql(
    'SELECT "kind", "name", "resource", "action", "data", "trace" FROM "shaperail_outbox" ORDER BY "id"',
  );
  return rows.map(
    ([kind, name, resource, action, data, trace]) => ({ kind, name, resource, action, data, trace }) as Stored,
  );
}
const names = async (): Promise<readonly string[]> => (await stored()).map(({ kind, name }) => `${kind} ${name}`);

const note = (number: number, title = `note ${number}`): Record<string, unknown> => ({ id: ID + number, title });

async function file(...numbers: readonly number[]): Promise<void> {
  for (const number of numbers) {
    await app.sql(
      `INSERT INTO "notes" ("id", "title", "created_by") VALUES ('${ID}${number}', 'note ${number}', 'ann')`,
    );
  }
}

describe("what follows from a write is stored with it", () => {
  test("by one statement, as the row without what is sensitive, every digit kept, with the trace", async () => {
    const row = {
      ...note(1),
      big: 1,
      ratio: 0.1,
      happens_at: "2026-01-31T12:00:00.5Z",
      tags: ["a"],
      secret: "hunter2",
    };
    const text = JSON.stringify(row).replace('"big":1', '"big":9007199254740993');
    expect(await app.call("POST", "/v1/notes", { body: text })).toMatchObject({ status: 201 });
    expect(app.statements).toHaveLength(1);
    expect(wakes).toBe(1);
    const [job, event, ...none] = await stored();
    expect(none).toEqual([]);
    expect(job).toMatchObject({ kind: "job", name: "greet", resource: "notes", action: "created" });
    expect(event).toMatchObject({ kind: "event", name: "note.filed" });
    expect(job?.data).toContain('"big": 9007199254740993');
    expect(JSON.parse(job?.data ?? "")).toEqual({
      id: `${ID}1`,
      title: "note 1",
      big: 9_007_199_254_740_992,
      ratio: 0.1,
      happens_at: "2026-01-31T12:00:00.5Z",
      tags: ["a"],
      deleted_at: null,
      created_by: null,
    });
    expect(JSON.parse(job?.trace ?? "")).toEqual({ request_id: "r1" });
  });

  test("an update, with and without If-Match, the automatic event only where somebody listens", async () => {
    await file(1);
    const { headers } = await app.call("PATCH", `/v1/notes/${ID}1`, { body: { title: "new" } });
    const conditional = { body: { title: "newer" }, headers: { "if-match": headers.get("etag") ?? "" } };
    expect((await app.call("PATCH", `/v1/notes/${ID}1`, conditional)).status).toBe(200);
    expect(await names()).toEqual(["job greet", "job greet"]);
    expect((await stored()).map(({ action, data }) => [action, (JSON.parse(data) as { title: string }).title])).toEqual(
      [
        ["updated", "new"],
        ["updated", "newer"],
      ],
    );
    expect((await app.call("DELETE", `/v1/notes/${ID}1`)).status).toBe(204);
    expect((await names()).slice(2)).toEqual(["job forget", "event notes.deleted"]);
  });

  test("every row of a bulk request, in its order", async () => {
    expect((await app.call("POST", "/v1/notes/bulk", { body: [note(3), note(1), note(2)] })).status).toBe(200);
    const titles = (await stored()).map(({ data }) => (JSON.parse(data) as { title: string }).title);
    expect(titles).toEqual(["note 3", "note 1", "note 2"]);
    await app.sql(`TRUNCATE "shaperail_outbox"; UPDATE "notes" SET "created_by" = 'ann'`.split(";")[0] ?? "");
    await app.sql(`UPDATE "notes" SET "created_by" = 'ann'`);
    expect((await app.call("DELETE", "/v1/notes/bulk", { body: [`${ID}1`, `${ID}2`] })).json?.meta.total).toBe(2);
    expect(await names()).toEqual(["job forget", "event notes.deleted", "job forget", "event notes.deleted"]);
  });
});

describe("what was not written has no followers", () => {
  test.each([
    { what: "a conflict", method: "POST", path: "/v1/notes", body: note(9, "note 1"), status: 409 },
    { what: "a row that is not there", method: "PATCH", path: `/v1/notes/${ID}8`, body: { title: "x" }, status: 404 },
    {
      what: "a version that is not current",
      method: "PATCH",
      path: `/v1/notes/${ID}1`,
      body: { title: "x" },
      status: 412,
    },
    { what: "a bulk with a conflict", method: "POST", path: "/v1/notes/bulk", body: [note(7), note(7)], status: 409 },
    {
      what: "a bulk delete of more than there is",
      method: "DELETE",
      path: "/v1/notes/bulk",
      body: [`${ID}1`, `${ID}6`],
      status: 404,
    },
    {
      what: "somebody else's row",
      method: "DELETE",
      path: `/v1/notes/${ID}1`,
      body: undefined,
      status: 403,
      by: "bea",
    },
    {
      what: "somebody else's rows",
      method: "DELETE",
      path: "/v1/notes/bulk",
      body: [`${ID}1`],
      status: 403,
      by: "bea",
    },
  ])("$what", async ({ method, path, body, status, by = "ann" }) => {
    await file(1);
    owner = by;
    const headers: Record<string, string> = status === 412 ? { "if-match": '"1"' } : {};
    expect((await app.call(method, path, { body, headers })).status).toBe(status);
    expect(await stored()).toEqual([]);
  });

  test("an endpoint that nothing follows from has the statement it always had", async () => {
    await app.call("POST", "/v1/quiets", { body: { title: "x" } });
    expect(app.statements).toEqual([
      'INSERT INTO "quiets" AS t ("title") VALUES ($1) RETURNING t.xmin AS c0, t."id" AS c1, t."title" AS c2',
    ]);
    expect(wakes).toBe(0);
  });
});

test("a request that is repeated with its Idempotency-Key has one follower", async () => {
  const request = { body: note(1), headers: { "idempotency-key": "k1" } };
  expect((await app.call("POST", "/v1/notes", request)).status).toBe(201);
  expect((await app.call("POST", "/v1/notes", request)).status).toBe(201);
  expect(await names()).toEqual(["job greet", "event note.filed"]);
});

describe("controllers and handlers ask for jobs and events", () => {
  test("before the write: by its statement, without what is sensitive; after it: at once", async () => {
    expect((await app.call("POST", "/v1/drafts", { body: { title: "a" } })).status).toBe(201);
    expect(await names()).toEqual(["job greet", "event draft.told"]);
    const [asked] = await stored();
    expect(asked).toMatchObject({ resource: "drafts", action: "created" });
    expect(asked?.data).toBe('{"from": "before", "exact": 9007199254740993}');
  });

  test("what a before-controller asked for does not happen when the row is not written", async () => {
    await app.call("POST", "/v1/drafts", { body: { title: "a" } });
    await app.sql('TRUNCATE "shaperail_outbox"');
    expect((await app.call("POST", "/v1/drafts", { body: { title: "a" } })).status).toBe(409);
    expect((await app.call("PATCH", `/v1/drafts/${ID}1`, { body: { title: "b" } })).status).toBe(404);
    expect(await stored()).toEqual([]);
  });

  test("with an Idempotency-Key too", async () => {
    const request = { body: { title: "a" }, headers: { "idempotency-key": "k1" } };
    expect((await app.call("POST", "/v1/drafts", request)).status).toBe(201);
    expect(await names()).toEqual(["job greet", "event draft.told"]);
  });

  test("in a transaction of the handler: when it commits, and only then", async () => {
    expect((await app.call("POST", `/v1/notes/${ID}1/publish`, { body: { fails: false } })).status).toBe(200);
    expect((await app.call("POST", `/v1/notes/${ID}1/publish`, { body: { fails: true } })).status).toBe(500);
    expect(await stored()).toMatchObject([
      { kind: "job", name: "announce", resource: "notes", action: "publish", data: '{"nested": [{"kept": 1}]}' },
    ]);
  });

  test("a job that nobody has written cannot be asked for", async () => {
    const { status } = await app.call("POST", `/v1/notes/${ID}1/publish`, { body: { fails: false, job: "typo" } });
    expect(status).toBe(500);
    expect(await stored()).toEqual([]);
  });
});

test("an endpoint with jobs is refused where nothing stores them", async () => {
  await expect(startRestWith({}, NOTES.replace(/auth: \[owner\]/g, "auth: public"))).rejects.toThrow(/declares `jobs`/);
});

const TENANT = "00000000-0000-4000-8000-0000000000a1";
const TEAMS = `resource: teams
version: 1
tenant_key: org
schema:
  id: { type: uuid, primary: true, required: true }
  org: { type: uuid, required: true }
  boss: { type: uuid, ref: teams.id, nullable: true }
  created_by: { type: string }
endpoints:
  create: { auth: [member], input: [id, boss], jobs: [greet] }
  update: { auth: [owner], input: [boss], jobs: [greet] }
  delete: { auth: [owner], jobs: [forget] }
  bulk_create: { auth: [member], method: POST, path: /teams/bulk, input: [id, boss], jobs: [greet] }
  bulk_delete: { auth: [owner], method: DELETE, path: /teams/bulk, jobs: [forget] }
`;

test.each([false, true])("tenants, owners and references, with row-level security: %s", async (rowLevelSecurity) => {
  const subject = { sub: "ann", role: "member", tenantId: TENANT };
  await using teams = await startRestWith(
    {
      outbox: () => outbox,
      rowLevelSecurity: () => rowLevelSecurity,
      authorize: () => ({ subject, scope: { owner: "ann", tenant: TENANT } }),
    },
    TEAMS,
  );
  for (const statement of OUTBOX_TABLE.up.split(/;\n/)) if (statement.trim() !== "") await teams.sql(statement);
  const count = async (): Promise<number> =>
    Number((await teams.sql('SELECT count(*) FROM "shaperail_outbox"'))[0]?.[0]);
  const id = (number: number): string => ID + number;
  const steps = [
    { call: ["POST", "/v1/teams", { id: id(1) }], status: 201, stored: 1 },
    { call: ["POST", "/v1/teams", { id: id(2), boss: id(1) }], status: 201, stored: 2 },
    { call: ["POST", "/v1/teams", { id: id(3), boss: id(9) }], status: 422, stored: 2 },
    { call: ["POST", "/v1/teams/bulk", [{ id: id(3), boss: id(1) }, { id: id(4) }]], status: 200, stored: 4 },
    { call: ["PATCH", `/v1/teams/${id(4)}`, { boss: id(2) }], status: 200, stored: 5 },
    { call: ["PATCH", `/v1/teams/${id(4)}`, { boss: id(9) }], status: 422, stored: 5 },
    { call: ["DELETE", "/v1/teams/bulk", [id(3), id(4)]], status: 200, stored: 7 },
    { call: ["DELETE", `/v1/teams/${id(2)}`, undefined], status: 204, stored: 8 },
  ] as const;
  for (const { call, status, stored: expected } of steps) {
    const [method, path, body] = call;
    expect([path, (await teams.call(method, path, { body })).status, await count()]).toEqual([path, status, expected]);
  }
  const [[data]] = (await teams.sql('SELECT "data" FROM "shaperail_outbox" ORDER BY "id" DESC LIMIT 1')) as [[string]];
  expect(JSON.parse(data)).toEqual({ id: id(2), org: TENANT, boss: id(1), created_by: "ann" });
});
