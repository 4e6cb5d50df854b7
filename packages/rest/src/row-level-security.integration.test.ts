import { randomBytes } from "node:crypto";
import type { Transaction } from "@shaperail/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { authorizeByHeader, type Caller, credentials } from "./caller.test-kit.ts";
import type { StatementRunner } from "./port.ts";
import { type Reply, type RestApp, startRestWith } from "./rest.test-kit.ts";

const A = "aaaaaaaa-0000-4000-8000-000000000001";
const B = "bbbbbbbb-0000-4000-8000-000000000002";

const table = (name: string): string => `
resource: ${name}
version: 1
tenant_key: org_id
schema:
  id: { type: uuid, primary: true, generated: true }
  org_id: { type: uuid, required: true }
  parent_id: { type: uuid, ref: ${name}.id }
  title: { type: string, required: true }
endpoints:
  list: { auth: public, pagination: offset }
  get: { auth: public }
  create: { auth: public }
  update: { auth: public }
  delete: { auth: public }
  bulk_create: { method: POST, path: /${name}/bulk, auth: public }
  bulk_delete: { method: DELETE, path: /${name}/bulk, auth: public }
relations:
  parent: { resource: ${name}, type: belongs_to, key: parent_id }
`;
/** Without tenants, referring to rows that have. */
const LINKS = `
resource: links
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  note_id: { type: uuid, ref: notes.id }
endpoints:
  get: { auth: public }
  create: { auth: public }
relations:
  note: { resource: notes, type: belongs_to, key: note_id }
`;

const ann: Caller = { sub: "ann", role: "member", tenant: A.toUpperCase() };
const bea: Caller = { sub: "bea", role: "member", tenant: B };
const sam: Caller = { sub: "sam", role: "super_admin" };
const role = `rls_${randomBytes(6).toString("hex")}`;

let app: RestApp;
let statements: string[];
/** The test's user is above policies; this runs everything as one who is not. */
const asPlainUser = (): StatementRunner => {
  const enter = async (transaction: Transaction): Promise<Transaction> => {
    await transaction.run({ name: "role", text: `SET LOCAL ROLE ${role}`, prepare: false }, []);
    return transaction;
  };
  const transaction: StatementRunner["transaction"] = (work) =>
    app.database.transaction(async (own) => {
      const { run } = await enter(own);
      return work({
        run: (statement, values) => {
          statements.push(statement.text);
          return run(statement, values);
        },
      });
    });
  return {
    transaction,
    run: (statement, values) => app.database.transaction(async (own) => (await enter(own)).run(statement, values)),
  };
};

beforeAll(async () => {
  statements = [];
  let runner: StatementRunner | undefined;
  const lazy: StatementRunner = {
    run: (...call) => (runner ??= asPlainUser()).run(...call),
    transaction: (work) => (runner ??= asPlainUser()).transaction?.(work) ?? Promise.reject(new Error("none")),
  };
  app = await startRestWith(
    { authorize: authorizeByHeader, database: () => lazy, rowLevelSecurity: () => true },
    table("notes"),
    LINKS,
  );
  const settings = "nullif(current_setting('shaperail.tenant_id', true), '')";
  for (const statement of [
    `CREATE ROLE ${role}`,
    `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`,
    `ALTER TABLE notes ENABLE ROW LEVEL SECURITY`,
    `CREATE POLICY tenant ON notes USING (org_id::text = ${settings} OR current_setting('shaperail.bypass_tenant', true) = 'on')`,
  ])
    await app.sql(statement);
});
afterAll(async () => {
  await app.sql(`DROP OWNED BY ${role}`);
  await app.sql(`DROP ROLE ${role}`);
  await app[Symbol.asyncDispose]();
});

const as = (caller: Caller | undefined, request: string, body?: unknown): Promise<Reply> => {
  const [method = "", path = ""] = request.split(" ");
  return app.call(method, `/v1${path}`, { body, headers: credentials(caller) });
};
const titles = ({ json }: Reply): unknown => json?.data.map(({ title }) => title).toSorted();

test("policies that compare the tenant let every endpoint do its work", async () => {
  const first = String((await as(ann, "POST /notes", { title: "a1" })).json?.data["id"]);
  const made = await as(ann, "POST /notes/bulk", [{ title: "a2", parent_id: first }, { title: "a3" }]);
  const [second, third] = made.json?.data.map(({ id }) => String(id)) ?? [];
  await as(bea, "POST /notes", { title: "b1" });
  expect(titles(await as(ann, "GET /notes"))).toEqual(["a1", "a2", "a3"]);
  expect((await as(bea, "GET /notes")).json?.meta.total).toBe(1);
  expect(titles(await as(sam, "GET /notes"))).toEqual(["a1", "a2", "a3", "b1"]);
  expect((await as(ann, `GET /notes/${second}?include=parent`)).json?.data).toMatchObject({ parent: { title: "a1" } });
  expect((await as(bea, `GET /notes/${second}`)).status).toBe(404);
  expect((await as(ann, `PATCH /notes/${first}`, { title: "a0" })).json?.data["title"]).toBe("a0");
  expect((await as(sam, `PATCH /notes/${first}`, { title: "a1" })).json?.data["title"]).toBe("a1");
  expect((await as(ann, `DELETE /notes/${third}`)).status).toBe(204);
  expect((await as(ann, "DELETE /notes/bulk", [second])).json?.meta.total).toBe(1);
  expect(titles(await as(sam, "GET /notes"))).toEqual(["a1", "b1"]);
});

test("a resource without tenants reads and refers to the caller's rows of one that has them", async () => {
  const id = String((await as(bea, "POST /notes", { title: "linked" })).json?.data["id"]);
  const link = await as(bea, "POST /links", { note_id: id });
  expect(link.status).toBe(201);
  const path = `GET /links/${String(link.json?.data["id"])}?include=note`;
  expect((await as(bea, path)).json?.data).toMatchObject({ note: { title: "linked" } });
  expect((await as(ann, path)).json?.data).toMatchObject({ note: null });
  expect((await as(sam, path)).json?.data).toMatchObject({ note: { title: "linked" } });
});

test("a create with an Idempotency-Key happens once, in the caller's tenant", async () => {
  const headers = { ...credentials(bea), "idempotency-key": "once" };
  const send = () => app.call("POST", "/v1/notes", { body: { title: "once" }, headers });
  const [first, again] = [await send(), await send()];
  expect([first.status, first.json?.data["org_id"]]).toEqual([201, B]);
  expect(again.text).toBe(first.text);
});

test("with an Idempotency-Key a resource without tenants refers to the caller's rows too", async () => {
  const id = String((await as(bea, "POST /notes", { title: "kept" })).json?.data["id"]);
  const link = (caller: Caller) =>
    app.call("POST", "/v1/links", {
      body: { note_id: id },
      headers: { ...credentials(caller), "idempotency-key": "link" },
    });
  expect([(await link(bea)).status, (await link(ann)).status, (await link(sam)).status]).toEqual([201, 422, 201]);
});

test("a statement says whose rows it is about in its own transaction, and once", async () => {
  statements.length = 0;
  await as(ann, "GET /notes");
  expect(statements.map((text) => text.slice(0, 17))).toEqual([
    "SELECT set_config",
    expect.stringMatching(/^SELECT t\./),
  ]);
  statements.length = 0;
  await as(ann, "POST /links", {});
  expect(statements).toEqual([]);
});

test("without the setting, the policies show nobody anything", async () => {
  const { rows } = await asPlainUser().run({ name: "all", text: "SELECT * FROM notes", prepare: false }, []);
  expect(rows).toEqual([]);
});
