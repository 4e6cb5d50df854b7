import { createApiKeys } from "@shaperail/auth";
import { createDatabase } from "@shaperail/db";
import { createTestDatabase } from "@shaperail/test-services";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CONFIG, PROJECT, projectDirectory, type Ran, run, spawnCommand } from "../command.test-kit.ts";

const AUTH = "auth:\n  provider: jwt\n  secret_env: JWT_SECRET\n  expiry: 24h\n  refresh_expiry: 30d\n";
const FILES = { ...PROJECT, "shaperail.config.yaml": CONFIG + AUTH };

let path: string;
let env: { DATABASE_URL: string };
let close: () => Promise<void>;
beforeAll(async () => {
  const directory = await projectDirectory(FILES);
  const database = await createTestDatabase();
  path = directory.path;
  env = { DATABASE_URL: database.url };
  close = async () => {
    await database.close();
    await directory.close();
  };
});
afterAll(() => close());

const keys = (...words: string[]): Promise<Ran> => run(["keys", ...words], { directory: path, env });
const listed = async (): Promise<Record<string, unknown>[]> =>
  JSON.parse((await keys("list", "--json")).stdout) as Record<string, unknown>[];

test("a project with auth has the table after `migrate`, and is told to when it is missing", async () => {
  expect(await keys("list")).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("CLI_MIGRATIONS_PENDING") });
  expect((await run(["migrate"], { directory: path, env })).exitCode).toBe(0);
  expect(await keys("list")).toEqual({ exitCode: 0, stdout: "There are no keys.\n", stderr: "" });
});

test("create prints the key alone, once, and it is the key of that role and tenant", async () => {
  const words = ["create", "--role", "reader", "--label", "nightly reports", "--tenant", "north", "--expires", "90d"];
  const { exitCode, stdout, stderr } = await keys(...words);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^sk_[\w-]{48}\n$/);
  expect(stderr).toContain("will not be shown again");
  expect(stderr).not.toContain("sk_");
  await using database = createDatabase({ url: env.DATABASE_URL });
  await using apiKeys = createApiKeys({ runner: database });
  expect(await apiKeys.verify(stdout.trim())).toMatchObject({ role: "reader", tenantId: "north" });
  const list = await keys("list");
  expect(list.stdout).toMatch(/^ID +PREFIX +STATE +ROLE +TENANT +LAST USED +LABEL\n/);
  expect(list.stdout).toMatch(/ sk_[\w-]{8} +active +reader +north +.* +nightly reports\n$/);
  expect(list.stdout + JSON.stringify(await listed())).not.toContain(stdout.trim());
});

test("--json is what is known of a key; the key itself is in the answer of create only", async () => {
  const created = JSON.parse(
    (await keys("create", "--role", "r", "--label", "l", "--sub", "ann", "--json")).stdout,
  ) as {
    id: string;
    key: string;
  };
  const { key, ...known } = created;
  expect(known).toEqual({
    id: expect.any(String),
    prefix: key.slice(0, 11),
    label: "l",
    role: "r",
    sub: "ann",
    tenant_id: null,
    state: "active",
    created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    expires_at: null,
    last_used_at: null,
    revoked_at: null,
  });
  expect(await listed()).toContainEqual(known);
});

test("revoke ends a key; an id that is none is refused", async () => {
  const { id } = JSON.parse((await keys("create", "--role", "r", "--label", "l", "--json")).stdout) as { id: string };
  const revoked = await keys("revoke", id);
  expect(revoked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`Revoked ${id}`) });
  expect((await keys("revoke", id, "--json")).stdout).toBe(`{"revoked":"${id}"}\n`);
  expect((await listed()).find((one) => one["id"] === id)).toMatchObject({
    state: "revoked",
    revoked_at: expect.any(String),
  });
  for (const unknown of ["3f0f1f8e-0000-4000-8000-000000000000", "mine"]) {
    expect(await keys("revoke", unknown)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("CLI_NOTHING_FOUND"),
    });
  }
});

test("a key that has expired is listed as that", async () => {
  const words = ["create", "--role", "r", "--label", "short", "--expires", "1s", "--json"];
  const { id } = JSON.parse((await keys(...words)).stdout) as { id: string };
  const state = async (): Promise<unknown> => (await listed()).find((one) => one["id"] === id)?.["state"];
  await expect.poll(state, { timeout: 10_000, interval: 200 }).toBe("expired");
});

test.each([
  { words: ["create", "--role", "r"], says: "--label is missing" },
  { words: ["create", "--label", "l"], says: "--role is missing" },
  { words: ["create", "--role", "r", "--label", "\u001b[2J"], says: "--label is no usable text" },
  { words: ["create", "--role", "r", "--label", "l", "--expires", "never"], says: "--expires never is no duration" },
  { words: ["revoke"], says: "missing required argument 'id'" },
])("keys $words is a wrong command line", async ({ words, says }) => {
  const { exitCode, stdout, stderr } = await keys(...words);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain(says);
});

test("without `auth` there is nothing a key would open", async () => {
  await using directory = await projectDirectory(PROJECT);
  const { exitCode, stderr } = await run(["keys", "list"], { directory: directory.path, env });
  expect(exitCode).toBe(2);
  expect(stderr).toContain("CLI_AUTH_NOT_CONFIGURED");
});

test("in production a key can be made with DATABASE_URL and no secret", async () => {
  const words = ["keys", "create", "--role", "reader", "--label", "production"];
  const spawned = spawnCommand(words, { cwd: path, env: { ...env, NODE_ENV: "production" } });
  const { exitCode, stdout } = await spawned.ended;
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^sk_[\w-]{48}\n$/);
});

test("a database that cannot be reached ends it with 4, and its password stays out of the message", async () => {
  const unreachable = { DATABASE_URL: "postgresql://user:canary@127.0.0.1:1/app" };
  const { exitCode, stderr } = await run(["keys", "list"], { directory: path, env: unreachable });
  expect(exitCode).toBe(4);
  expect(stderr).not.toContain("canary");
});
