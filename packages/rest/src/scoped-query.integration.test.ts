import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { authorizeByHeader, type Caller, credentials } from "./caller.test-kit.ts";
import type { Controller, Handler, HandlerContext } from "./controller.ts";
import { type Reply, type RestApp, startRestWith } from "./rest.test-kit.ts";

const A = "aaaaaaaa-0000-4000-8000-000000000001";
const B = "bbbbbbbb-0000-4000-8000-000000000002";

const NOTES = `
resource: notes
version: 1
tenant_key: org_id
schema:
  id: { type: uuid, primary: true, generated: true }
  org_id: { type: uuid, required: true }
  title: { type: string, required: true }
  created_by: { type: string }
endpoints:
  delete: { auth: owner, controller: { before: mark } }
  rename: { method: POST, path: /notes/rename, auth: [member, super_admin], handler: rename }
  purge: { method: POST, path: /notes/purge, auth: [member, super_admin], handler: purge }
  joined: { method: GET, path: /notes/joined, auth: [member, super_admin], handler: joined }
  move: { method: POST, path: /notes/move, auth: [member, super_admin], input: [org_id], handler: move }
`;

interface Tables {
  readonly notes: { id: string; org_id: string; title: string; created_by: string };
}
const tables = () => app.database.kysely<Tables>();

const rename: Handler = async ({ scope }) => {
  await scope(tables().updateTable("notes").set({ title: "renamed" })).execute();
};
const purge: Handler = async ({ scope }) => {
  await scope(tables().deleteFrom("notes")).execute();
};
/** Two of the same table: without the alias the columns would be ambiguous. */
const joined: Handler = ({ scope }) => {
  const pairs = tables().selectFrom("notes as n").innerJoin("notes as other", "other.org_id", "n.org_id");
  return scope(scope(pairs.select("n.title"), "n"), "other").execute();
};
const move: Handler = ({ input }: HandlerContext) => input;
/** Runs for an owner: what it may touch is the owner's. */
const mark: Controller = async ({ scope }) => {
  await scope(tables().updateTable("notes").set({ title: "marked" })).execute();
};

let app: RestApp;
beforeAll(async () => {
  const functions = () => ({ controllers: { mark }, handlers: { rename, purge, joined, move } });
  app = await startRestWith({ authorize: authorizeByHeader, functions }, NOTES);
});
afterAll(() => app[Symbol.asyncDispose]());
beforeEach(async () => {
  await app.sql("TRUNCATE notes");
  await app.sql(
    `INSERT INTO notes (org_id, title, created_by) VALUES ('${A}', 'a', 'ann'), ('${A}', 'o', 'otto'), ('${B}', 'b', 'bea')`,
  );
});

const ann: Caller = { sub: "ann", role: "member", tenant: A };
const sam: Caller = { sub: "sam", role: "super_admin" };
const as = (caller: Caller | undefined, request: string, body?: unknown): Promise<Reply> => {
  const [method = "", path = ""] = request.split(" ");
  return app.call(method, `/v1${path}`, { body, headers: credentials(caller) });
};
const titles = async (): Promise<unknown[]> => (await app.sql("SELECT title FROM notes ORDER BY title")).flat();

test.each([
  { caller: ann, request: "POST /notes/rename", left: ["b", "renamed", "renamed"] },
  { caller: sam, request: "POST /notes/rename", left: ["renamed", "renamed", "renamed"] },
  { caller: ann, request: "POST /notes/purge", left: ["b"] },
  { caller: sam, request: "POST /notes/purge", left: [] },
])("$request by $caller.role leaves $left", async ({ caller, request, left }) => {
  expect((await as(caller, request)).status).toBe(204);
  expect(await titles()).toEqual(left);
});

test("a table that a query calls by two names is scoped by each", async () => {
  expect((await as(ann, "GET /notes/joined")).json?.data).toHaveLength(4);
  expect((await as(sam, "GET /notes/joined")).json?.data).toHaveLength(5);
});

test("a controller of an owner's endpoint is scoped to the owner's rows", async () => {
  const [[id]] = (await app.sql("SELECT id FROM notes WHERE title = 'o'")) as [[string]];
  expect((await as(ann, `DELETE /notes/${id}`)).status).toBe(403);
  expect(await titles()).toEqual(["b", "marked", "o"]);
});

test.each([
  { caller: undefined },
  { caller: { sub: "x", role: "viewer", tenant: A } },
  { caller: { sub: "x", role: "member" } },
])("a handler does not run for $caller", async ({ caller }) => {
  const reply = await as(caller, "POST /notes/purge");
  expect([reply.status, await titles()]).toEqual([caller === undefined ? 401 : 403, ["a", "b", "o"]]);
});

test("a handler's input may repeat the caller's tenant and name no other", async () => {
  expect((await as(ann, "POST /notes/move", { org_id: A })).status).toBe(200);
  const refused = await as(ann, "POST /notes/move", { org_id: B });
  expect(refused.json?.error.details).toMatchObject([{ field: "org_id", code: "forbidden_value" }]);
  expect((await as(sam, "POST /notes/move", { org_id: B })).json?.data).toEqual({ org_id: B });
});
