import { createHash, randomUUID } from "node:crypto";
import { crc32 } from "node:zlib";
import { createApiKeys } from "@shaperail/auth";
import { createDatabase } from "@shaperail/db";
import { startRedis, type RedisServer } from "@shaperail/test-services";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Answer, type Client, createClient } from "../client.ts";
import { ACCESS } from "../projects.ts";
import { type RunningProject, startProject } from "../start-project.ts";
import { type Identity, tokenFor } from "./callers.ts";
import { SECRET } from "./hand-made-token.ts";
import { TENANT_A, TENANT_B } from "./planted-rows.ts";
import { recordLog } from "./recorded-log.ts";

const log = recordLog();
let redis: RedisServer;
let running: RunningProject;
let client: Client;
beforeAll(async () => {
  redis = await startRedis();
  running = await startProject(ACCESS, { env: { JWT_SECRET: SECRET, REDIS_URL: redis.url }, logger: log.logger });
  client = createClient(running.url);
});
afterAll(async () => {
  client.close();
  await running[Symbol.asyncDispose]();
  await redis.close();
});

const olga: Identity = { sub: "olga", role: "member", tenant: TENANT_A };
const tina: Identity = { sub: "tina", role: "member", tenant: TENANT_A };
const rita: Identity = { sub: "rita", role: "editor", tenant: TENANT_A };

/** Sends `GET /path`, or `GET /path if-match *`; a body as it is, so that it may have keys that objects lose. */
async function as(who: Identity, request: string, body?: string): Promise<Answer> {
  const [method = "", path = "", ...condition] = request.split(" ");
  const [name = "", tag = ""] = condition;
  const conditions = name === "" ? {} : { [name]: tag };
  const headers = { authorization: `Bearer ${await tokenFor(who)}`, "content-type": "application/json", ...conditions };
  return client.send({ method, path: `/v1${path}`, headers, body });
}

const dataOf = ({ text }: Answer): Record<string, unknown> =>
  (JSON.parse(text) as { data: Record<string, unknown> }).data;

/** An answer without what is different in each of them. */
function face({ status, headers, text }: Answer): unknown {
  const names = [...headers].filter(([name]) => !["date", "x-request-id", "ratelimit"].includes(name));
  return { status, headers: names, text: text.replaceAll(headers.get("x-request-id") ?? "-", "request id") };
}

const FORGED = `"id":"${randomUUID()}","role":"super_admin","created_by":"mallory","created_at":"2001-01-01T00:00:00Z",
  "deleted_at":"2001-01-01T00:00:00Z","org_id":"${TENANT_B}","tenant_id":"${TENANT_B}","tenantId":"${TENANT_B}","owner":"mallory",
  "__proto__":{"role":"super_admin","org_id":"${TENANT_B}","created_by":"mallory"},
  "constructor":{"prototype":{"role":"super_admin","created_by":"mallory"}}`;

describe("a body that wants more than its fields", () => {
  test.each([
    { resource: "tasks", who: olga, path: "POST /tasks", wrap: (item: string) => item, status: 201 },
    { resource: "journals", who: olga, path: "POST /journals", wrap: (item: string) => item, status: 201 },
    { resource: "drafts", who: olga, path: "POST /drafts", wrap: (item: string) => item, status: 201 },
    { resource: "memos", who: olga, path: "POST /memos", wrap: (item: string) => item, status: 201 },
    { resource: "memos", who: olga, path: "POST /memos/bulk", wrap: (item: string) => `[${item}]`, status: 200 },
    { resource: "ledgers", who: rita, path: "POST /ledgers", wrap: (item: string) => item, status: 201 },
    { resource: "ledgers", who: rita, path: "POST /ledgers/bulk", wrap: (item: string) => `[${item}]`, status: 200 },
  ])("$path writes its fields, the caller and the caller's tenant", async ({ resource, who, path, wrap, status }) => {
    const answer = await as(who, path, wrap(`{"title":"t",${FORGED}}`));
    expect(answer.status).toBe(status);
    const [data] = [dataOf(answer)].flat();
    const [row = {}] = await running.sql(`SELECT * FROM ${resource} WHERE id = $1`, [data?.["id"]]);
    expect(row).toMatchObject({ title: "t", created_by: who.sub });
    // Where the table has these columns.
    expect(row["org_id"] ?? TENANT_A).toBe(TENANT_A);
    expect(row["deleted_at"] ?? null).toBeNull();
    expect(`${JSON.stringify(row)}${answer.text}`).not.toMatch(/mallory|super_admin|bbbbbbbb|2001-01-01/);
    expect(({} as Record<string, unknown>)["role"]).toBeUndefined();
  });

  test.each([
    { path: "POST /invoices", wrap: (item: string) => item },
    { path: "POST /invoices/bulk", wrap: (item: string) => `[${item}]` },
  ])("$path, which may name a tenant, may name no other than the caller's", async ({ path, wrap }) => {
    const refused = await as(rita, path, wrap(`{"title":"t",${FORGED}}`));
    expect(refused).toMatchObject({ status: 422, text: expect.stringContaining("forbidden_value") as string });
    expect(await running.sql("SELECT FROM invoices")).toEqual([]);
    expect((await as(rita, path, wrap(`{"title":"t","org_id":"${TENANT_A}"}`))).status).toBeLessThan(300);
    expect(await running.sql("DELETE FROM invoices RETURNING org_id")).toEqual([{ org_id: TENANT_A }]);
  });

  test.each(["tasks", "drafts", "journals", "diaries", "ledgers", "invoices", "memos"])(
    "an update of %s moves a row to no other owner, tenant or key, and removes or revives none",
    async (resource) => {
      const id = randomUUID();
      const { tenantKey } = running.project.resources.find(({ name }) => name === resource) ?? {};
      const org = tenantKey === undefined ? "" : ", org_id";
      await running.sql(
        `INSERT INTO ${resource} (id, title, created_by${org}) VALUES ($1, 'before', 'olga'${org && `, '${TENANT_A}'`})`,
        [id],
      );
      const [old] = await running.sql(`SELECT * FROM ${resource} WHERE id = $1`, [id]);
      const who = resource === "ledgers" || resource === "invoices" ? rita : olga;
      const answer = await as(who, `PATCH /${resource}/${id}`, `{"title":"after",${FORGED}}`);
      expect(answer.status).toBe(200);
      const [row] = await running.sql(`SELECT * FROM ${resource} WHERE id = $1`, [id]);
      expect(row).toEqual({ ...old, title: "after" });
      expect((await as(who, `PATCH /${resource}/${id}`, `{${FORGED}}`)).status).toBe(422);
    },
  );
});

describe("who tries identifiers one after another", () => {
  const ids = { mine: randomUUID(), colleagues: randomUUID(), strangers: randomUUID(), absent: randomUUID() };
  beforeEach(async () => {
    await running.sql("DELETE FROM tasks");
    await running.sql(
      `INSERT INTO tasks (id, org_id, title, created_by) VALUES ($1, $4, 'm', 'tina'), ($2, $4, 'c', 'olga'), ($3, $5, 's', 'tina')`,
      [ids.mine, ids.colleagues, ids.strangers, TENANT_A, TENANT_B],
    );
  });

  test.each([
    { request: (id: string) => `GET /tasks/${id}` },
    { request: (id: string) => `GET /tasks/${id}?include=memo` },
    { request: (id: string) => `HEAD /tasks/${id}` },
    { request: (id: string) => `GET /tasks/${id} if-none-match *` },
    { request: (id: string) => `PATCH /tasks/${id}`, body: '{"title":"x"}' },
    { request: (id: string) => `PATCH /tasks/${id} if-match *`, body: '{"title":"x"}' },
    { request: (id: string) => `PATCH /tasks/${id} if-match "1"`, body: '{"title":"x"}' },
    { request: (id: string) => `DELETE /tasks/${id} if-match "1"` },
    { request: (id: string) => `PATCH /tasks/${id}`, body: '{"title":7}' },
    { request: (id: string) => `DELETE /tasks/${id}` },
  ])(
    "cannot tell another tenant's row from one that is not there, and sees nothing of a colleague's",
    async (attempt) => {
      const { request, body } = attempt;
      const send = async (who: Identity, id: string): Promise<unknown> => face(await as(who, request(id), body));
      expect(await send(tina, ids.strangers)).toEqual(await send(tina, ids.absent));
      expect(await send(rita, ids.strangers)).toEqual(await send(rita, ids.absent));
      const theirs = await as(tina, request(ids.colleagues), body);
      expect([403, 422]).toContain(theirs.status);
      expect(theirs.text).not.toContain("olga");
      expect(await running.sql("SELECT FROM tasks")).toHaveLength(3);
    },
  );

  test("gets one answer for all of a list in which one row is another tenant's", async () => {
    const send = async (...list: string[]): Promise<unknown> =>
      face(await as(rita, "DELETE /tasks/bulk", JSON.stringify(list)));
    expect(await send(ids.colleagues, ids.strangers)).toEqual(await send(ids.colleagues, ids.absent));
    expect(await running.sql("SELECT FROM tasks")).toHaveLength(3);
  });

  test("finds another tenant's rows by no filter, search, sort, cursor or count", async () => {
    const first = JSON.parse((await as({ ...rita, tenant: TENANT_B }, "GET /tasks?limit=1&sort=title")).text) as {
      meta: { cursor: string | null };
    };
    const queries = ["filter[org_id]", "org_id", "filter[created_by]", "tenant_id"].map(
      (name) => `${name}=${TENANT_B}`,
    );
    for (const query of [
      ...queries,
      "limit=1000",
      "sort=-title",
      `after=${first.meta.cursor ?? ""}`,
      "sort=org_id",
      "search=s",
    ]) {
      const { text } = await as(rita, `GET /tasks?${query}`);
      expect(text).not.toContain(ids.strangers);
    }
  });
});

describe("an API key", () => {
  /** The key with one bit of its secret turned, and a checksum that fits again. */
  function neighbourOf(key: string): string {
    const secret = Buffer.from(key.slice(3), "base64url").subarray(0, 32);
    secret.writeUInt8(secret.readUInt8(31) ^ 1, 31);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(secret, crc32("sk_")));
    return `sk_${Buffer.concat([secret, checksum]).toString("base64url")}`;
  }
  const withKey = (key: string): Promise<Answer> =>
    client.send({ method: "GET", path: "/v1/drafts", headers: { "x-api-key": key } });

  test("that is off by one bit takes the way of one that is off by all: a digest is looked up, and nothing is compared with the key", async () => {
    const values: unknown[] = [];
    await using database = createDatabase({ url: running.databaseUrl, poolSize: 1 });
    await using keys = createApiKeys({
      runner: {
        run(statement, given) {
          values.push([statement.name, ...given]);
          return database.run(statement, given);
        },
      },
    });
    const { key } = await keys.create({ label: "timing", role: "editor" });
    const other = await keys.create({ label: "timing", role: "editor" });
    await keys.revoke(other.id);
    values.length = 0;
    for (const tried of [neighbourOf(key), neighbourOf(neighbourOf(other.key))]) {
      await expect(keys.verify(tried)).rejects.toMatchObject({ code: "AUTH_API_KEY_INVALID" });
    }
    const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
    expect(values).toEqual([
      ["auth.api_key.find", digest(neighbourOf(key))],
      ["auth.api_key.find", digest(other.key)],
    ]);

    const [right, near, far] = [await withKey(key), await withKey(neighbourOf(key)), await withKey(other.key)];
    expect([right.status, near.status]).toEqual([200, 401]);
    expect(face(near)).toEqual(face(far));
    const reasons = [near, far].map(({ headers }) => log.refusalsOf(headers.get("x-request-id"))[0]?.["reason"]);
    expect(new Set(reasons).size).toBe(1);
    expect(
      log.texts.filter((line) => line.includes(key.slice(11)) || line.includes(neighbourOf(key).slice(11))),
    ).toEqual([]);
  });

  test.each(["", "sk_", `sk_${"A".repeat(48)}`, "' OR true --", "x".repeat(8_000), "sk_é"])(
    "%s is refused",
    async (key) => {
      const { status, headers } = await withKey(Buffer.from(key, "utf8").toString("latin1"));
      expect([status, headers.get("www-authenticate")]).toEqual([401, "ApiKey"]);
    },
  );
});
