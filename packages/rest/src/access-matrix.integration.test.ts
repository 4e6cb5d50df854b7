import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authorizeByHeader, type Caller, credentials } from "./caller.test-kit.ts";
import type { Handler } from "./controller.ts";
import { type Reply, type RestApp, startRestWith } from "./rest.test-kit.ts";

const A = "aaaaaaaa-0000-4000-8000-000000000001";
const B = "bbbbbbbb-0000-4000-8000-000000000002";

const CALLERS = {
  anonymous: undefined,
  wrongRole: { sub: "wendy", role: "viewer", tenant: A },
  rightRole: { sub: "rita", role: "editor", tenant: A },
  owner: { sub: "olga", role: "member", tenant: A },
  otherOwner: { sub: "otto", role: "member", tenant: A },
  otherTenant: { sub: "bob", role: "editor", tenant: B },
  namesake: { sub: "olga", role: "member", tenant: B },
  tenantless: { sub: "tom", role: "editor" },
  superAdmin: { sub: "sam", role: "super_admin" },
} satisfies Record<string, Caller | undefined>;

type CallerName = keyof typeof CALLERS;
const names = Object.keys(CALLERS) as CallerName[];

/**
 * What each caller, in the order above, is answered about one row that olga made in tenant A, and which of three rows a list shows: `a` is
 * that row, `o` is otto's in A, `b` is olga's namesake's in B, `-` none of them. A number is a refusal.
 */
const RULES = [
  {
    rule: "public",
    tenancy: false,
    rows: "200 200 200 200 200 200 200 200 200",
    lists: "aob aob aob aob aob aob aob aob aob",
  },
  { rule: "public", tenancy: true, rows: "403 200 200 200 200 404 404 403 200", lists: "403 ao ao ao ao b b 403 aob" },
  {
    rule: "[editor]",
    tenancy: false,
    rows: "401 403 200 403 403 200 403 200 403",
    lists: "401 403 aob 403 403 aob 403 aob 403",
  },
  {
    rule: "[editor]",
    tenancy: true,
    rows: "401 403 200 403 403 404 403 403 403",
    lists: "401 403 ao 403 403 b 403 403 403",
  },
  {
    rule: "[editor, super_admin]",
    tenancy: true,
    rows: "401 403 200 403 403 404 403 403 200",
    lists: "401 403 ao 403 403 b 403 403 aob",
  },
  { rule: "owner", tenancy: false, rows: "401 403 403 200 403 403 200 403 403", lists: "401 - - ab o - ab - -" },
  { rule: "owner", tenancy: true, rows: "401 403 403 200 403 404 404 403 403", lists: "401 - - a o - b 403 -" },
  {
    rule: "[editor, owner]",
    tenancy: false,
    rows: "401 403 200 200 403 200 200 200 403",
    lists: "401 - aob ab o aob ab aob -",
  },
  {
    rule: "[editor, owner]",
    tenancy: true,
    rows: "401 403 200 200 403 404 404 403 403",
    lists: "401 - ao a o b b 403 -",
  },
].map(({ rule, tenancy, rows, lists }, index) => {
  const [row, list] = [rows.split(" "), lists.split(" ")];
  const callers = names.map((caller, at) => ({ caller, row: Number(row[at]), list: list[at] ?? "" }));
  return { rule, tenancy, table: `notes_${index}`, callers };
});

/** A resource with every kind of endpoint that has rows to protect. */
function resource({ rule, tenancy, table: name }: (typeof RULES)[number], index: number): string {
  return `
resource: ${name}
version: 1
${tenancy ? "tenant_key: org_id" : ""}
schema:
  id: { type: uuid, primary: true, generated: true }
  org_id: { type: uuid, required: ${tenancy} }
  title: { type: string, required: true }
  created_by: { type: string }
  deleted_at: { type: timestamp }
endpoints:
  list: { auth: ${rule}, sort: [title] }
  get: { auth: ${rule} }
  update: { auth: ${rule} }
  delete: { auth: ${rule}${index % 2 === 0 ? ", soft_delete: true" : ""} }
  bulk_delete: { method: DELETE, path: /${name}/bulk, auth: ${rule} }
${rule.includes("owner") ? "" : `  titles: { method: GET, path: /${name}/titles, auth: ${rule}, handler: titles }`}
`;
}

/** Answers with the titles of the rows that `context.scope` leaves. */
const titles: Handler = ({ scope, headers }) => {
  const db = app.database.kysely<Record<string, { title: string }>>();
  return scope(db.selectFrom(String(headers["x-table"])).select("title")).execute();
};

let app: RestApp;
beforeAll(async () => {
  const functions = () => ({ controllers: {}, handlers: { titles } });
  app = await startRestWith({ authorize: authorizeByHeader, functions }, ...RULES.map(resource));
});
afterAll(() => app[Symbol.asyncDispose]());

const CANARY = { a: "canary-a", o: "canary-o", b: "canary-b" };

/** Empties the table and writes the three rows; the id of olga's in A. */
async function reset(table: string): Promise<string> {
  const id = randomUUID();
  await app.sql(`TRUNCATE "${table}"`);
  await app.sql(`INSERT INTO "${table}" (id, org_id, title, created_by) VALUES
    ('${id}', '${A}', '${CANARY.a}', 'olga'),
    (gen_random_uuid(), '${A}', '${CANARY.o}', 'otto'),
    (gen_random_uuid(), '${B}', '${CANARY.b}', 'olga')`);
  return id;
}

const CODES: Readonly<Record<number, string>> = { 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND" };
const QUERIES = ["", "limit=1", "limit=2&sort=-title", "fields=title"];

interface RowEndpoint {
  readonly kind: string;
  readonly method: string;
  readonly path: (id: string) => string;
  readonly body?: (id: string) => unknown;
  readonly success: number;
}

const ROW_ENDPOINTS: readonly RowEndpoint[] = [
  { kind: "get", method: "GET", path: (id) => `/${id}`, success: 200 },
  { kind: "get with fields", method: "GET", path: (id) => `/${id}?fields=title`, success: 200 },
  { kind: "update", method: "PATCH", path: (id) => `/${id}`, body: () => ({ title: "changed" }), success: 200 },
  { kind: "delete", method: "DELETE", path: (id) => `/${id}`, success: 204 },
  { kind: "bulk_delete", method: "DELETE", path: () => "/bulk", body: (id) => [id], success: 200 },
];

/** Everything that went over the wire. */
const wire = ({ text, headers }: Reply): string => `${text}\n${[...headers].flat().join("\n")}`;
const canariesIn = (reply: Reply): string =>
  (["a", "o", "b"] as const).filter((key) => wire(reply).includes(CANARY[key])).join("");

describe.each(RULES)("auth: $rule, tenants: $tenancy", ({ rule, table, callers }) => {
  const call = (caller: CallerName, request: string, body?: unknown): Promise<Reply> => {
    const [method = "", path = ""] = request.split(" ");
    const headers = { ...credentials(CALLERS[caller]), "x-table": table };
    return app.call(method, `/v1/${table}${path}`, { body, headers });
  };

  const cases = ROW_ENDPOINTS.flatMap((endpoint) => callers.map(({ caller, row }) => ({ ...endpoint, caller, row })));
  const granted = cases.filter(({ row }) => row === 200);
  const refused = cases.filter(({ row }) => row !== 200);

  test.each(granted)("$kind of olga's row by $caller succeeds", async ({ caller, method, path, body, success }) => {
    const id = await reset(table);
    expect((await call(caller, `${method} ${path(id)}`, body?.(id))).status).toBe(success);
  });

  test.each(refused)("$kind of olga's row by $caller is $row and changes and shows nothing", async (endpoint) => {
    const { caller, row, method, path, body } = endpoint;
    const id = await reset(table);
    const reply = await call(caller, `${method} ${path(id)}`, body?.(id));
    expect([reply.status, reply.json?.error.code]).toEqual([row, CODES[row]]);
    expect(wire(reply)).not.toMatch(/canary|olga|otto|aaaaaaaa|bbbbbbbb/);
    const left = await app.sql(`SELECT title FROM "${table}" WHERE deleted_at IS NULL ORDER BY title`);
    expect(left.flat()).toEqual(Object.values(CANARY).toSorted());
  });

  const lists = callers.flatMap(({ caller, list }) => QUERIES.map((query) => ({ caller, list, query })));
  test.each(lists)("list$query for $caller shows $list", async ({ caller, list, query }) => {
    await reset(table);
    const seen: string[] = [];
    let status = 0;
    for (let after: string | null | undefined = ""; after !== undefined && after !== null;) {
      const reply = await call(caller, `GET ?${query}${after === "" ? "" : `&after=${after}`}`);
      status = reply.status;
      after = reply.json?.meta?.cursor;
      seen.push(canariesIn(reply));
    }
    expect(outcome(status, seen.join(""))).toBe(list);
  });

  // Handlers have no owner rule.
  const handled = rule.includes("owner") ? [] : callers;
  test.each(handled)("a handler with a scoped query shows $caller $list", async ({ caller, list }) => {
    await reset(table);
    const reply = await call(caller, "GET /titles");
    expect(outcome(reply.status, canariesIn(reply))).toBe(list);
  });
});

/** As the table of the rules has it. */
function outcome(status: number, seen: string): string {
  const sorted = ["a", "o", "b"].filter((key) => seen.includes(key)).join("");
  return status === 200 ? sorted || "-" : `${status}${sorted}`;
}
