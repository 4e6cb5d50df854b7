import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authorizeByHeader, type Caller, credentials } from "./caller.test-kit.ts";
import { type Reply, type RestApp, startRestWith } from "./rest.test-kit.ts";

const A = "aaaaaaaa-0000-4000-8000-000000000001";

const NOTES = `
resource: notes
version: 1
tenant_key: org_id
schema:
  id: { type: uuid, primary: true, generated: true }
  org_id: { type: uuid, required: true }
  title: { type: string, required: true }
  role: { type: string, default: none }
  secret: { type: string, sensitive: true }
  created_by: { type: uuid }
endpoints:
  list: { auth: owner }
  get: { auth: owner }
  create: { auth: [member], input: [title] }
  bulk_create: { method: POST, path: /notes/bulk, auth: [member], input: [title] }
  update: { auth: owner, input: [title] }
  delete: { auth: owner }
  bulk_delete: { method: DELETE, path: /notes/bulk, auth: owner }
`;
const SIGNED = `
resource: signed
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  created_by: { type: string, required: true }
endpoints:
  create: { auth: public }
  get: { auth: public }
`;

const ann: Caller = { sub: "11111111-0000-4000-8000-000000000001", role: "member", tenant: A };
const amy: Caller = { sub: "22222222-0000-4000-8000-000000000002", role: "member", tenant: A };
const key: Caller = { sub: "key:deploy", role: "member", tenant: A };

let app: RestApp;
beforeAll(async () => {
  app = await startRestWith({ authorize: authorizeByHeader }, NOTES, SIGNED);
});
afterAll(() => app[Symbol.asyncDispose]());

interface Call {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
const as = (caller: Caller | undefined, request: string, { body, headers }: Call = {}): Promise<Reply> => {
  const [method = "", path = ""] = request.split(" ");
  return app.call(method, `/v1${path}`, { body, headers: { ...credentials(caller), ...headers } });
};
const note = async (caller: Caller, title = "mine"): Promise<string> =>
  String((await as(caller, "POST /notes", { body: { title } })).json?.data["id"]);
const rowOf = async (id: string): Promise<unknown> =>
  (await app.sql(`SELECT title, role, secret, created_by, org_id FROM notes WHERE id = '${id}'`))[0];

describe("one statement tells somebody else's row from one that is not there", () => {
  const kinds = [
    { kind: "get", request: (id: string) => `GET /notes/${id}` },
    { kind: "update", request: (id: string) => `PATCH /notes/${id}`, body: { title: "changed" } },
    { kind: "delete", request: (id: string) => `DELETE /notes/${id}` },
  ];
  const versions = [{ tag: undefined }, { tag: '"1"' }];

  test.each(kinds.flatMap((kind) => versions.map((version) => ({ ...kind, ...version }))))(
    "$kind with If-Match $tag",
    async ({ request, body, tag }) => {
      const [id, nobodys] = [await note(ann), randomUUID()];
      await app.sql(`INSERT INTO notes (id, org_id, title) VALUES ('${nobodys}', '${A}', 'nobody made this')`);
      const headers: Record<string, string> = tag === undefined ? {} : { "if-match": tag };
      app.statements.length = 0;
      const statuses = [];
      for (const [caller, target] of [
        [amy, id],
        [ann, nobodys],
        [ann, randomUUID()],
      ] as const)
        statuses.push((await as(caller, request(target), { body, headers })).status);
      expect(statuses).toEqual([403, 403, 404]);
      expect(app.statements).toHaveLength(3);
      expect(await rowOf(id)).toEqual(["mine", "none", null, ann.sub, A]);
    },
  );

  test.each([
    { kind: "update", request: (id: string) => `PATCH /notes/${id}`, body: { title: "changed" }, success: 200 },
    { kind: "delete", request: (id: string) => `DELETE /notes/${id}`, success: 204 },
  ])("the owner's $kind knows If-Match", async ({ request, body, success }) => {
    const id = await note(ann);
    const { headers } = await as(ann, `GET /notes/${id}`);
    const stale = await as(ann, request(id), { body, headers: { "if-match": '"1"' } });
    const current = await as(ann, request(id), { body, headers: { "if-match": headers.get("etag") ?? "" } });
    expect([stale.status, current.status]).toEqual([412, success]);
  });

  test("a bulk delete removes all of the caller's rows or none", async () => {
    const [mine, also, theirs] = [await note(ann), await note(ann), await note(amy)];
    const remove = async (...keys: string[]) => (await as(ann, "DELETE /notes/bulk", { body: keys })).status;
    expect(await remove(mine, theirs)).toBe(403);
    expect(await remove(mine, theirs, randomUUID())).toBe(404);
    expect(await remove(mine, randomUUID())).toBe(404);
    expect((await as(ann, `GET /notes/${mine}`)).status).toBe(200);
    const all = await as(ann, "DELETE /notes/bulk", { body: [mine, also, mine] });
    expect([all.status, all.json?.meta.total]).toEqual([200, 2]);
    expect((await as(amy, `GET /notes/${theirs}`)).status).toBe(200);
  });

  test("two owners who delete each other's rows at once delete neither's", async () => {
    const [one, other] = [await note(ann), await note(amy)];
    const requests = Array.from({ length: 20 }, (_, index) =>
      as(index % 2 === 0 ? ann : amy, `DELETE /notes/${index % 2 === 0 ? other : one}`),
    );
    expect(new Set((await Promise.all(requests)).map(({ status }) => status))).toEqual(new Set([403]));
  });
});

describe("the owner of a row is whoever made it", () => {
  const forged = { id: randomUUID(), role: "admin", created_by: amy.sub, org_id: randomUUID(), secret: "x" };

  test.each([
    { name: "create", request: "POST /notes", wrap: (item: string) => item, status: 201 },
    { name: "bulk create", request: "POST /notes/bulk", wrap: (item: string) => `[${item}]`, status: 200 },
  ])("a $name writes no field that it was not allowed to", async ({ request, wrap, status }) => {
    const inherited = `"__proto__":{"title":"p","role":"admin"},"constructor":{"prototype":{"role":"admin"}}`;
    const text = `{"title":"t",${JSON.stringify(forged).slice(1, -1)},${inherited}}`;
    const reply = await as(ann, request, { body: wrap(text) });
    expect(reply.status).toBe(status);
    const data = [reply.json?.data].flat()[0] as Record<string, unknown>;
    expect(data).toEqual({
      id: expect.any(String) as string,
      org_id: A,
      title: "t",
      role: "none",
      created_by: ann.sub,
    });
    expect(data["id"]).not.toBe(forged.id);
    expect(await rowOf(String(data["id"]))).toEqual(["t", "none", null, ann.sub, A]);
    expect(({} as Record<string, unknown>)["role"]).toBeUndefined();
  });

  test("an update changes neither the owner nor what is not in its input", async () => {
    const id = await note(ann);
    const text = `{"title":"t",${JSON.stringify(forged).slice(1, -1)},"__proto__":{"role":"admin"}}`;
    const reply = await as(ann, `PATCH /notes/${id}`, { body: text });
    expect([reply.status, await rowOf(id)]).toEqual([200, ["t", "none", null, ann.sub, A]]);
    expect((await as(amy, `GET /notes/${id}`)).status).toBe(403);
  });

  test("a title that only the prototype has is no title", async () => {
    const reply = await as(ann, "POST /notes", { body: `{"__proto__":{"title":"p"}}` });
    expect(reply.json?.error.details).toMatchObject([{ field: "title", code: "required" }]);
  });

  test("an identifier that is no UUID owns no row of a uuid column, and says so when it makes one", async () => {
    const id = await note(ann);
    expect((await as(key, `GET /notes/${id}`)).status).toBe(403);
    expect((await as(key, "GET /notes")).json?.data).toEqual([]);
    const refused = await as(key, "POST /notes", { body: { title: "t" } });
    expect([refused.status, refused.json?.error.details]).toMatchObject([
      422,
      [{ field: "created_by", code: "invalid_uuid" }],
    ]);
  });

  test("a public endpoint writes down who called, and needs somebody when it must", async () => {
    const named = await as(key, "POST /signed", { body: { created_by: "somebody else" } });
    expect([named.status, named.json?.data["created_by"]]).toEqual([201, "key:deploy"]);
    const nobody = await as(undefined, "POST /signed", { body: { created_by: "somebody else" } });
    expect([nobody.status, nobody.json?.error.details]).toMatchObject([
      422,
      [{ field: "created_by", code: "required" }],
    ]);
  });
});

describe("an Idempotency-Key belongs to its caller", () => {
  test("another subject, or another tenant, makes a row of its own with the same key", async () => {
    const elsewhere = { ...ann, tenant: "bbbbbbbb-0000-4000-8000-000000000002" };
    const headers = { "idempotency-key": randomUUID() };
    const send = (caller: Caller) => as(caller, "POST /notes", { body: { title: "once" }, headers });
    const first = await send(ann);
    const replies = [first, await send(ann), await send(amy), await send(elsewhere)];
    const rows = replies.map(({ json }) => [json?.data["created_by"], json?.data["org_id"]]);
    expect(rows).toEqual([
      [ann.sub, A],
      [ann.sub, A],
      [amy.sub, A],
      [ann.sub, elsewhere.tenant],
    ]);
    expect(replies.map(({ headers: sent }) => sent.get("idempotency-replayed"))).toEqual([null, "true", null, null]);
  });
});
