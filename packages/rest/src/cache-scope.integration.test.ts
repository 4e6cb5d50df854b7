import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CachedApp, startCached } from "./cache.test-kit.ts";
import { authorizeByHeader, type Caller, credentials } from "./caller.test-kit.ts";
import { startRestWith } from "./rest.test-kit.ts";

// Whoever asks, in whatever order: a kept answer is the one that the database would have given.

const [A, B] = ["aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"];
const NOTES = `
resource: notes
version: 1
tenant_key: org_id
schema:
  id: { type: uuid, primary: true, generated: true }
  org_id: { type: uuid, required: true }
  created_by: { type: string }
  text: { type: string, required: true }
  file_id: { type: uuid }
endpoints:
  list: { auth: [member, super_admin, admin, owner], cache: { ttl: 600 } }
  get: { auth: [member, super_admin, admin, owner], cache: { ttl: 600 } }
  create: { auth: [member, guest, super_admin], input: [org_id, text, file_id] }
relations:
  file: { resource: files, type: belongs_to, key: file_id }
`;
const FILES = `
resource: files
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  created_by: { type: string }
  name: { type: string, required: true }
endpoints:
  list: { auth: [member, owner], cache: { ttl: 600 } }
  get: { auth: [member, owner], cache: { ttl: 600 } }
  create: { auth: [member, guest] }
`;

const callers: readonly (Caller | undefined)[] = [
  undefined,
  ...[A, B, undefined].flatMap((tenant) =>
    ["member", "guest", "admin", "super_admin"].flatMap((role) =>
      // A user's name may be a tenant's or a role's.
      ["ann", "bob", A, "null"].map((sub) => ({ sub, role, ...(tenant === undefined ? {} : { tenant }) })),
    ),
  ),
];

let app: CachedApp;
let paths: readonly string[];
beforeAll(async () => {
  app = await startCached({}, NOTES, FILES);
  const ids: string[] = [];
  for (const sub of ["ann", "bob"]) {
    const file = randomUUID();
    await app.sql(`INSERT INTO files (id, created_by, name) VALUES ('${file}', '${sub}', 'of ${sub}')`);
    for (const org of [A, B]) {
      const id = randomUUID();
      ids.push(id);
      const values = [id, org, sub, `${sub} in ${org}`, file].map((value) => `'${value}'`).join();
      await app.sql(`INSERT INTO notes (id, org_id, created_by, text, file_id) VALUES (${values})`);
    }
  }
  paths = [
    "/v1/notes",
    "/v1/notes?include=file",
    "/v1/files",
    ...ids.flatMap((id) => [`/v1/notes/${id}`, `/v1/notes/${id}?include=file`]),
  ];
});
afterAll(() => app[Symbol.asyncDispose]());

test("for every caller and every order of callers, the kept answer is the database's", async () => {
  await using plain = await startRestWith({ authorize: authorizeByHeader, database: () => app.database }, NOTES, FILES);
  const calls = callers.flatMap((caller) => paths.map((path) => ({ caller, path })));
  const shown = new Map<string, string>();
  let hits = 0;
  for (const [round, order] of [calls, calls.toReversed(), calls].entries()) {
    for (const { caller, path } of order) {
      const who = `${path} ${JSON.stringify(caller)}`;
      const reply = await app.read(path, caller);
      if (reply.headers.get("x-cache") === "HIT") hits += 1;
      const answer = `${reply.status} ${reply.status < 300 ? reply.text : reply.json?.error.code}`;
      if (round === 0) {
        const expected = await plain.call("GET", path, { headers: credentials(caller) });
        shown.set(who, `${expected.status} ${expected.status < 300 ? expected.text : expected.json?.error.code}`);
      }
      expect([who, answer]).toEqual([who, shown.get(who)]);
    }
  }
  expect(hits).toBeGreaterThan(100);
});

test("a hit is one the same caller, or another with the same rows and role, was answered before", async () => {
  const path = "/v1/notes?limit=7";
  const ann = { sub: "ann", role: "member", tenant: A };
  expect(await app.state(path, ann)).toBe("MISS");
  expect(await app.state(path, { ...ann, sub: "bob" })).toBe("HIT");
  expect(await app.state(path, { ...ann, tenant: B })).toBe("MISS");
  expect(await app.state(path, { ...ann, role: "guest" })).toBe("MISS");
  expect(await app.state(path, { ...ann, role: "guest", sub: "bob" })).toBe("MISS");
  expect(await app.state(path, { sub: A, role: "guest", tenant: A })).toBe("MISS");
  expect(await app.state(path, { sub: "ann", role: "super_admin" })).toBe("MISS");
});

test("who may not come in is refused and counted, though the answer is there", async () => {
  const counted: string[] = [];
  await using limited = await startCached(
    {
      limit: (_exchange, { action }) => {
        counted.push(action);
        return ["RateLimit", `"default";r=${10 - counted.length}`];
      },
    },
    FILES,
  );
  const ann = { sub: "ann", role: "member" };
  const replies = [await limited.read("/v1/files", ann), await limited.read("/v1/files", ann)];
  expect(replies.map(({ headers }) => [headers.get("x-cache"), headers.get("ratelimit")])).toEqual([
    ["MISS", '"default";r=9'],
    ["HIT", '"default";r=8'],
  ]);
  expect((await limited.read("/v1/files")).status).toBe(401);
  expect(counted).toHaveLength(3);
});
