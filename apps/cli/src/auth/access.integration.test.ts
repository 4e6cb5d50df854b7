import { createTestDatabase, freePort } from "@shaperail/test-services";
import { expect, onTestFinished, test } from "vitest";
import { CONFIG, projectDirectory, run, spawnCommand } from "../command.test-kit.ts";

const NOTES = `resource: notes
version: 1
tenant_key: org_id
schema:
  id: { type: uuid, primary: true, generated: true }
  org_id: { type: uuid, required: true }
  title: { type: string, required: true }
  created_by: { type: string }
endpoints:
  list: { auth: [editor] }
  create: { auth: [editor], input: [title] }
`;
const TENANT = "aaaaaaaa-0000-4000-8000-00000000000a";
const ELSEWHERE = "bbbbbbbb-0000-4000-8000-00000000000b";

test("what `token` and `keys create` print opens the application, for their role and tenant, until a key is revoked", async () => {
  const database = await createTestDatabase();
  onTestFinished(() => database.close());
  const auth = "auth: { provider: jwt, secret_env: JWT_SECRET, expiry: 1h, refresh_expiry: 30d }\n";
  const directory = await projectDirectory({ "shaperail.config.yaml": CONFIG + auth, "resources/notes.yaml": NOTES });
  // No secret is set: that of this machine signs and verifies.
  const env = { DATABASE_URL: database.url };
  const port = await freePort();
  const served = spawnCommand(["serve", "--port", String(port)], { cwd: directory.path, env });
  onTestFinished(async () => {
    served.child.kill("SIGTERM");
    await served.ended;
    await directory.close();
  });
  await served.says("is ready after");

  const shaperail = async (...words: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await run(words, { directory: directory.path, env });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    return stdout.trim();
  };
  const call = async (headers: Readonly<Record<string, string>>, title?: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/notes`, {
      method: title === undefined ? "GET" : "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: title === undefined ? undefined : JSON.stringify({ title }),
    });
    const { data } = (await response.json()) as { data?: unknown };
    return { status: response.status, data };
  };
  const bearer = async (...words: string[]) => ({ authorization: `Bearer ${await shaperail("token", ...words)}` });

  const ann = await bearer("--sub", "ann", "--role", "editor", "--tenant", TENANT);
  expect(await call(ann, "ann's")).toMatchObject({ status: 201, data: { created_by: "ann", org_id: TENANT } });
  const viewer = await bearer("--sub", "vic", "--role", "viewer", "--tenant", TENANT);
  expect(await call(viewer)).toMatchObject({ status: 403 });

  const create = async (tenant: string): Promise<{ readonly key: string; readonly id: string }> =>
    JSON.parse(
      await shaperail("keys", "create", "--label", "ci", "--role", "editor", "--tenant", tenant, "--json"),
    ) as { key: string; id: string };
  const [own, other] = [await create(TENANT), await create(ELSEWHERE)];
  expect(await call({ "x-api-key": own.key })).toMatchObject({ status: 200, data: [{ title: "ann's" }] });
  expect(await call({ "x-api-key": other.key })).toEqual({ status: 200, data: [] });
  await shaperail("keys", "revoke", own.id);
  await expect.poll(async () => (await call({ "x-api-key": own.key })).status, { timeout: 15_000 }).toBe(401);
  const { stdout, stderr } = served.output();
  expect(stdout + stderr).not.toContain(own.key.slice(11));
});
