import { createApiKeys } from "@shaperail/auth";
import { createDatabase } from "@shaperail/db";
import { startFaultProxy } from "@shaperail/test-services";
import { expect, onTestFinished, test } from "vitest";
import { execute } from "../running-project.test-kit.ts";
import { bearer, CREDENTIALS, NOTE, notesDatabase, startAccess, tokenOf } from "./access-project.test-kit.ts";

const withKey = (key: string) => ({ headers: { "x-api-key": key } });

async function createKey(databaseUrl: string, input: { readonly role: string; readonly tenantId?: string }) {
  await using database = createDatabase({ url: databaseUrl, poolSize: 1 });
  await using keys = createApiKeys({ runner: database });
  return await keys.create({ label: "nightly", ...input });
}

test("a key is its role, until it is revoked, within the time that is promised", async () => {
  const { url } = await notesDatabase();
  const running = await startAccess({ databaseUrl: url });
  const [admin, viewer] = [await createKey(url, { role: "admin" }), await createKey(url, { role: "viewer" })];
  const status = async (key: string): Promise<number> => (await running.call(NOTE, withKey(key))).status;
  expect([await status(admin.key), await status(viewer.key)]).toEqual([404, 403]);
  // A bearer token comes first, whatever it is.
  const both = { headers: { ...withKey(admin.key).headers, ...bearer(await tokenOf({ sub: "v", role: "viewer" })) } };
  expect((await running.call(NOTE, both)).status).toBe(403);
  await execute(url, [`UPDATE shaperail_api_keys SET revoked_at = now() WHERE id = '${admin.id}'`]);
  await expect.poll(() => status(admin.key), { timeout: 15_000 }).toBe(401);
  const { headers } = await running.call(NOTE, withKey(admin.key));
  expect(headers.get("www-authenticate")).toBe("ApiKey");
  expect(JSON.stringify(running.lines)).not.toContain(admin.key.slice(11));
});

test("without their tables there are no keys and no sessions, which is said; tokens go on being accepted", async () => {
  const { url } = await notesDatabase({ auth: false });
  const running = await startAccess({ databaseUrl: url, files: { "auth/credentials.ts": CREDENTIALS } });
  expect(running.lines).toContainEqual(
    expect.objectContaining({ level: "WARN", message: expect.stringContaining("run `shaperail migrate`") as string }),
  );
  expect((await running.call(NOTE, withKey(`sk_${"A".repeat(48)}`))).status).toBe(401);
  expect(
    (await running.call("/auth/token", { method: "POST", body: { email: "ann", password: "right" } })).status,
  ).toBe(404);
  const token = await tokenOf({ sub: "ann", role: "admin" });
  expect((await running.call(NOTE, { headers: bearer(token) })).status).toBe(404);
  expect((await running.call("/v1/notes")).status).toBe(200);
});

test("a project without an auth section knows nobody, whatever is sent", async () => {
  const { url } = await notesDatabase();
  const { key } = await createKey(url, { role: "admin" });
  const running = await startAccess({ auth: "", databaseUrl: url });
  const token = await tokenOf({ sub: "ann", role: "admin" });
  for (const headers of [{}, bearer(token), withKey(key).headers]) {
    expect((await running.call(NOTE, { headers })).status).toBe(401);
    expect((await running.call("/v1/notes", { headers })).status).toBe(200);
  }
});

test(
  "while the database is away a key is neither good nor bad: 503, to be tried again; then it is good",
  { timeout: 90_000 },
  async () => {
    const { url } = await notesDatabase();
    const { key } = await createKey(url, { role: "admin" });
    const proxy = await startFaultProxy({ target: url });
    onTestFinished(() => proxy.close());
    const running = await startAccess({ databaseUrl: proxy.url });
    proxy.setMode({ kind: "reset" });
    const down = await running.call(NOTE, withKey(key));
    expect([down.status, down.json.error.code]).toEqual([503, "SERVICE_UNAVAILABLE"]);
    expect(Number(down.headers.get("retry-after"))).toBeGreaterThan(0);
    // Who sends a bad one is told so without the database.
    expect((await running.call(NOTE, withKey("sk_mistyped"))).status).toBe(401);
    proxy.setMode({ kind: "pass" });
    await expect.poll(async () => (await running.call(NOTE, withKey(key))).status, { timeout: 30_000 }).toBe(404);
  },
);

test.each([
  { what: "a wrong token", headers: bearer("e30.e30.e30") },
  { what: "a wrong key", headers: { "x-api-key": "sk_mistyped" } },
])("on a public endpoint $what is none: the row it makes is nobody's, and the log says why", async ({ headers }) => {
  const running = await startAccess();
  const { status, json } = await running.call<{ created_by: string | null }>("/v1/notes", {
    method: "POST",
    body: { title: "t" },
    headers,
  });
  expect([status, json.data.created_by]).toEqual([201, null]);
  expect(running.lines).toContainEqual(
    expect.objectContaining({ level: "WARN", target: "shaperail_runtime::auth", resource: "notes", action: "create" }),
  );
});
