import { performance } from "node:perf_hooks";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "./command-table.ts";
import { POSTS, PROJECT, projectDirectory, spawnCommand, writeFiles } from "./command.test-kit.ts";

const ESCAPE = "\u001b";
const BROKEN = { "resources/broken.yaml": POSTS.replace("type: string", "type: strng") };

describe("the real command", () => {
  test.each([
    { words: ["--version"], exitCode: 0 },
    { words: ["--help"], exitCode: 0 },
    { words: ["validate"], exitCode: 0 },
    { words: ["routes", "--json"], exitCode: 0 },
    { words: ["serve", "--check"], exitCode: 0 },
    { words: ["serv"], exitCode: 2 },
    { words: ["validate", "nowhere"], exitCode: 1 },
  ])("$words ends with $exitCode", async ({ words, exitCode }) => {
    await using directory = await projectDirectory(PROJECT);
    expect((await spawnCommand(words, { cwd: directory.path }).ended).exitCode).toBe(exitCode);
  });

  test("waits for nobody when nobody is there to answer", async () => {
    await using directory = await projectDirectory({});
    const { exitCode, stderr } = await spawnCommand(["init"], { cwd: directory.path }).ended;
    expect(exitCode).toBe(2);
    expect(stderr).toContain("<name>");
  });

  test("prints its help before anybody notices", async () => {
    await using directory = await projectDirectory({});
    const times: number[] = [];
    for (const words of [["--help"], ["--version"], ["serve", "--help"], ["--help"], ["--version"]]) {
      const startedAt = performance.now();
      await spawnCommand(words, { cwd: directory.path }).ended;
      times.push(performance.now() - startedAt);
    }
    // 115 ms on an idle machine; the suite shares this one.
    expect(Math.min(...times)).toBeLessThan(400);
  });
});

interface ColorRow {
  readonly what: string;
  readonly env: Readonly<Record<string, string>>;
}

describe("escape sequences", () => {
  test.each<ColorRow>([
    { what: "are not written into a pipe", env: {} },
    { what: "are never written with NO_COLOR", env: { FORCE_COLOR: "1", NO_COLOR: "1" } },
    { what: "are not written to a dumb terminal", env: { TERM: "dumb" } },
  ])("$what", async ({ env }) => {
    await using directory = await projectDirectory({ ...PROJECT, ...BROKEN });
    for (const words of [["validate"], ["serve", "--check"], ["doctor"], ["serv"]]) {
      const { stdout, stderr } = await spawnCommand(words, { cwd: directory.path, env }).ended;
      expect(stdout + stderr).not.toContain(ESCAPE);
    }
  });

  test("are written into a pipe when FORCE_COLOR asks for them", async () => {
    await using directory = await projectDirectory({ ...PROJECT, ...BROKEN });
    const { stderr } = await spawnCommand(["validate"], { cwd: directory.path, env: { FORCE_COLOR: "1" } }).ended;
    expect(stderr).toContain(ESCAPE);
  });
});

test("a reader that has seen enough is no error", async () => {
  await using directory = await projectDirectory(PROJECT);
  const { child, ended } = spawnCommand(["--help"], { cwd: directory.path });
  child.stdout?.destroy();
  expect((await ended).exitCode).toBe(0);
});

describe("in production", () => {
  const CONFIG = `project: my-app
port: \${SHAPERAIL_PORT:3000}
workers: auto
databases:
  default:
    engine: postgres
    url: \${DATABASE_URL}
    pool_size: \${DB_POOL_SIZE:20}
cache:
  type: redis
  url: \${REDIS_URL}
auth:
  provider: jwt
  secret_env: JWT_SECRET
  expiry: 24h
  refresh_expiry: 30d
logging:
  level: info
  format: json
`;
  const ENV = {
    NODE_ENV: "production",
    DATABASE_URL: "postgresql://user:canary@127.0.0.1:1/my_app",
    REDIS_URL: "redis://:canary@127.0.0.1:1",
    JWT_SECRET: "c3VmZmljaWVudGx5IHJhbmRvbSBmb3IgdGhpcyB0ZXN0Cg0K",
  };
  const FILES = { ...PROJECT, "shaperail.config.yaml": CONFIG };

  test("the guide's configuration loads with its three variables", async () => {
    await using directory = await projectDirectory(FILES);
    const { exitCode, stdout } = await spawnCommand(["serve", "--check"], { cwd: directory.path, env: ENV }).ended;
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Hot reload: off");
  });

  test.each(["DATABASE_URL", "REDIS_URL", "JWT_SECRET"])("without %s it does not start, and names it", async (name) => {
    await using directory = await projectDirectory(FILES);
    // `.env` is not read in production: a value there does not help.
    await writeFiles(directory.path, { ".env": `${name}=${ENV[name as keyof typeof ENV]}\n` });
    const { [name as keyof typeof ENV]: _removed, ...env } = ENV;
    const { exitCode, stderr } = await spawnCommand(["serve"], { cwd: directory.path, env }).ended;
    expect(exitCode).toBe(2);
    expect(stderr).toContain(name);
    expect(stderr).not.toContain("embedded");
  });

  test("a database that cannot be reached ends it with 4, and its password stays out of the message", async () => {
    await using directory = await projectDirectory(PROJECT);
    const { exitCode, stdout, stderr } = await spawnCommand(["serve"], { cwd: directory.path, env: ENV }).ended;
    expect(exitCode).toBe(4);
    expect(stderr).toContain("DB_UNAVAILABLE");
    expect(stdout + stderr).not.toContain("canary");
  });

  test("--seed is refused", async () => {
    await using directory = await projectDirectory(PROJECT);
    const { exitCode, stderr } = await spawnCommand(["serve", "--seed"], { cwd: directory.path, env: ENV }).ended;
    expect(exitCode).toBe(2);
    expect(stderr).toContain("CLI_NOT_IN_PRODUCTION");
  });
});

test("no command of the table is missing from a spawned --help", async () => {
  await using directory = await projectDirectory({});
  const { stdout } = await spawnCommand(["--help"], { cwd: directory.path }).ended;
  const listed = COMMANDS.filter((command) => !("isHidden" in command && command.isHidden === true));
  expect(listed.filter(({ name }) => !stdout.includes(`\n  ${name}`))).toEqual([]);
});
