import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatDiagnostics } from "@shaperail/source";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConfigError } from "./errors.ts";
import { loadConfig } from "./load-config.ts";

let root = "";
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "shaperail-config-"));
});

afterAll(async () => {
  await rm(root, { recursive: true });
});

async function project(files: Readonly<Record<string, string>>): Promise<string> {
  count += 1;
  const directory = join(root, String(count));
  await mkdir(directory);
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  return directory;
}

async function failureOf(loading: Promise<unknown>): Promise<ConfigError> {
  const error = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ConfigError) return error;
  throw new Error("Loading did not fail with a ConfigError.", { cause: error });
}

const text = "project: x\nport: ${PORT:3000}\n";
const database = "DATABASE_URL=postgres://file/d\n";

test.each([
  { what: ".env is read in development", env: {}, url: "postgres://file/d", read: true },
  { what: ".env is read in tests", env: { NODE_ENV: "test" }, url: "postgres://file/d", read: true },
  {
    what: "the real environment wins",
    env: { DATABASE_URL: "postgres://real/d" },
    url: "postgres://real/d",
    read: true,
  },
  {
    what: ".env is not read in production",
    env: { NODE_ENV: "production", DATABASE_URL: "postgres://real/d" },
    url: "postgres://real/d",
    read: false,
  },
])("$what", async ({ env, url, read }) => {
  const directory = await project({ "shaperail.config.yaml": text, ".env": `${database}PORT=4000\n` });
  const loaded = await loadConfig({ directory, env });
  expect(loaded).toMatchObject({ directory, environmentFileRead: read, warnings: [] });
  expect(loaded.config).toMatchObject({ port: read ? 4000 : 3000, databases: { default: { url } } });
});

test("in production a variable that only .env sets is missing", async () => {
  const directory = await project({ "shaperail.config.yaml": text, ".env": database });
  const error = await failureOf(
    loadConfig({
      directory,
      env: { NODE_ENV: "production" },
      provide: async () => ({ DATABASE_URL: "postgres://h/d" }),
    }),
  );
  expect(error).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining("DATABASE_URL") });
});

test("everything that is wrong is in one error, ready to be printed with code frames", async () => {
  const directory = await project({
    "shaperail.config.yaml": "prject: x\nport: abc\n",
    ".env": "NODE_ENV=production\n",
  });
  const error = await failureOf(loadConfig({ directory, env: {} }));
  expect(error.diagnostics.map(({ code }) => code)).toEqual([
    "CONFIG_ENV_FILE",
    "CONFIG_UNKNOWN_KEY",
    "CONFIG_MISSING_KEY",
    "CONFIG_WRONG_TYPE",
    "CONFIG_MISSING_VARIABLE",
  ]);
  expect(error.message).toMatch(/^Failed to parse shaperail\.config\.yaml: .*prject.*DATABASE_URL/);
  expect(error.hint).toBeTypeOf("string");
  const report = formatDiagnostics(error.diagnostics, error);
  expect(report).toContain("shaperail.config.yaml:2:7");
  expect(report).toContain("> 1 | NODE_ENV=production");
});

test("a long list of mistakes is cut in the message, not in the diagnostics", async () => {
  const directory = await project({
    "shaperail.config.yaml": Array.from({ length: 30 }, (_, index) => `k${index}: 1\n`).join(""),
  });
  const error = await failureOf(loadConfig({ directory, env: { DATABASE_URL: "postgres://h/d" } }));
  expect(error.message).toContain("(and 21 more)");
  expect(error.diagnostics).toHaveLength(31);
});

test("missing variables can be provided, and are asked for once", async () => {
  const directory = await project({
    "shaperail.config.yaml": 'project: x\ncache: { type: redis, url: "${REDIS_URL}" }\n',
  });
  const asked: (readonly string[])[] = [];
  const { config } = await loadConfig({
    directory,
    env: {},
    provide: async (missing) => {
      asked.push(missing);
      return { DATABASE_URL: "postgres://provided/d", REDIS_URL: "redis://provided" };
    },
  });
  expect(asked).toEqual([["REDIS_URL", "DATABASE_URL"]]);
  expect(config).toMatchObject({
    databases: { default: { url: "postgres://provided/d" } },
    cache: { url: "redis://provided" },
  });
});

test.each([
  { what: "another value is wrong", file: "project: x\nport: abc\n", env: {} },
  { what: "another variable is empty", file: 'project: "${NAME}"\n', env: { NAME: "" } },
])("nothing is asked for while $what", async ({ file, env }) => {
  const directory = await project({ "shaperail.config.yaml": file });
  const provide = async (): Promise<never> => {
    throw new Error("asked");
  };
  expect(await failureOf(loadConfig({ directory, env, provide }))).toMatchObject({ code: "CONFIG_INVALID" });
});

test("a weak secret is a warning in development", async () => {
  const directory = await project({
    "shaperail.config.yaml": "project: x\nauth: { provider: jwt, secret_env: S, expiry: 1h }\n",
    ".env": `${database}S=change-me\n`,
  });
  expect((await loadConfig({ directory, env: {} })).warnings).toMatchObject([{ code: "CONFIG_WEAK_SECRET" }]);
});

test("a directory without the file is CONFIG_NOT_FOUND", async () => {
  const directory = await project({});
  expect(await failureOf(loadConfig({ directory, env: {} }))).toMatchObject({
    code: "CONFIG_NOT_FOUND",
    message: `No shaperail.config.yaml found in ${directory}.`,
    hint: expect.any(String),
  });
});

test.each(["shaperail.config.yaml", ".env"])("%s that is a directory is CONFIG_UNREADABLE", async (name) => {
  const directory = await project(name === ".env" ? { "shaperail.config.yaml": text } : {});
  await mkdir(join(directory, name));
  expect(await failureOf(loadConfig({ directory, env: {} }))).toMatchObject({
    code: "CONFIG_UNREADABLE",
    hint: expect.any(String),
    cause: { code: "EISDIR" },
  });
});
