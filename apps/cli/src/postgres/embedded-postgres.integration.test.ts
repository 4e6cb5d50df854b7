import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createDatabase } from "@shaperail/db";
import { temporaryDirectory } from "@shaperail/test-services";
import { describe, expect, test } from "vitest";
import { projectDirectory } from "../command.test-kit.ts";
import { type EmbeddedPostgres, openEmbeddedPostgres } from "./embedded-postgres.ts";
import { isPostgres, readLockFile } from "./lock-file.ts";

const dataIn = (home: string): string => join(home, "cluster", "data");

async function query(url: string, text: string): Promise<string | null | undefined> {
  await using database = createDatabase({ url, poolSize: 1 });
  return (await database.run({ name: "test", text }, [])).rows[0]?.[0];
}

async function pidOf({ home }: EmbeddedPostgres): Promise<number> {
  return (await readLockFile(dataIn(home)))?.pid ?? 0;
}

/** A process that holds the project's server until it is killed. */
async function spawnHolder(directory: string): Promise<ChildProcess> {
  const source = fileURLToPath(new URL("./embedded-postgres.ts", import.meta.url));
  const script = `
    const { openEmbeddedPostgres } = await import(${JSON.stringify(source)});
    await openEmbeddedPostgres({ directory: ${JSON.stringify(directory)} });
    console.log("ready");
    setInterval(() => {}, 1_000);`;
  const args = ["--conditions=@shaperail/source", "--input-type=module", "--eval", script];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

test("a PostgreSQL 18 starts with an empty database, keeps its data, its port and its password, and starts again quickly", async () => {
  await using directory = await projectDirectory({});
  const first = await openEmbeddedPostgres({ directory: directory.path });
  expect(first.started).toBe(true);
  expect(await query(first.url, "show server_version")).toMatch(/^18\./);
  await query(first.url, "create table kept as select 7 as n");
  await first.close();
  const startedAt = performance.now();
  await using again = await openEmbeddedPostgres({ directory: directory.path });
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  expect(again.url).toBe(first.url);
  expect(await query(again.url, "select n from kept")).toBe("7");
});

test("nobody without the password gets in, and it listens on this machine only", async () => {
  await using directory = await projectDirectory({});
  await using server = await openEmbeddedPostgres({ directory: directory.path });
  const wrong = new URL(server.url);
  wrong.password = "postgres";
  await expect(query(wrong.href, "select 1")).rejects.toMatchObject({ code: "DB_AUTHENTICATION_FAILED" });
  expect(await query(server.url, "show listen_addresses")).toBe("127.0.0.1");
  const password = join(server.home, "cluster", "password");
  expect((await stat(password)).mode & 0o077).toBe(0);
  expect((await stat(server.home)).mode & 0o077).toBe(0);
});

test("what it writes below the project is invisible to Git", async () => {
  await using directory = await projectDirectory({});
  await using _server = await openEmbeddedPostgres({ directory: directory.path });
  expect(await readdir(directory.path)).toEqual([".shaperail"]);
  expect(await readFile(join(directory.path, ".shaperail", ".gitignore"), "utf8")).toBe("*\n");
});

describe("several users of one project", () => {
  test("share one server, whoever started it; it stops after the last", async () => {
    await using directory = await projectDirectory({});
    const first = await openEmbeddedPostgres({ directory: directory.path });
    const second = await openEmbeddedPostgres({ directory: directory.path });
    expect(second.started).toBe(false);
    const pid = await pidOf(first);
    await first.close();
    expect(await query(second.url, "select 1")).toBe("1");
    await second.close();
    expect(await readLockFile(dataIn(first.home))).toBeUndefined();
    await expect.poll(() => isPostgres(pid), { timeout: 5_000 }).toBe(false);
  });

  test("that start at the same moment in a new project end up on the same server", async () => {
    await using directory = await projectDirectory({});
    const servers = await Promise.all([1, 2, 3].map(() => openEmbeddedPostgres({ directory: directory.path })));
    expect(servers.filter(({ started }) => started)).toHaveLength(1);
    expect(new Set(servers.map(({ url }) => url)).size).toBe(1);
    for (const server of servers) expect(await query(server.url, "select 1")).toBe("1");
    await Promise.all(servers.map((server) => server.close()));
    expect((await readdir(servers[0]?.home ?? "")).filter((name) => name.includes("partial"))).toEqual([]);
  });
});

describe("after a crash", () => {
  test("of its only user the server stops", async () => {
    await using directory = await projectDirectory({});
    const holder = await spawnHolder(directory.path);
    const data = dataIn(join(directory.path, ".shaperail", "postgres"));
    expect((await readLockFile(data))?.state).toBe("ready");
    holder.kill("SIGKILL");
    await expect.poll(() => existsSync(join(data, "postmaster.pid")), { timeout: 10_000 }).toBe(false);
  });

  test("of one of its users the others go on", async () => {
    await using directory = await projectDirectory({});
    const holder = await spawnHolder(directory.path);
    await using server = await openEmbeddedPostgres({ directory: directory.path });
    holder.kill("SIGKILL");
    await sleep(300);
    expect(await query(server.url, "select 1")).toBe("1");
  });

  test("a lock file whose number belongs to another process by now is not mistaken for a server", async () => {
    await using directory = await projectDirectory({});
    const first = await openEmbeddedPostgres({ directory: directory.path });
    await first.close();
    const lines = [process.pid, dataIn(first.home), 1, 5432, "", "", "", "ready", ""];
    await writeFile(join(dataIn(first.home), "postmaster.pid"), lines.join("\n"));
    await using again = await openEmbeddedPostgres({ directory: directory.path });
    expect(await query(again.url, "select 1")).toBe("1");
  });

  test("of the server itself the next start recovers it", async () => {
    await using directory = await projectDirectory({});
    const first = await openEmbeddedPostgres({ directory: directory.path });
    await query(first.url, "create table kept as select 7 as n");
    process.kill(await pidOf(first), "SIGKILL");
    await sleep(200);
    await using again = await openEmbeddedPostgres({ directory: directory.path });
    expect(await query(again.url, "select n from kept")).toBe("7");
    await first.close();
    expect(await query(again.url, "select n from kept")).toBe("7");
  });
});

test("a port that something else has taken in the meantime is exchanged for another", async () => {
  await using directory = await projectDirectory({});
  const first = await openEmbeddedPostgres({ directory: directory.path });
  await first.close();
  const { createServer } = await import("node:net");
  const squatter = createServer().listen(Number(new URL(first.url).port), "127.0.0.1");
  await once(squatter, "listening");
  await using again = await openEmbeddedPostgres({ directory: directory.path });
  expect(again.url).not.toBe(first.url);
  expect(await query(again.url, "select 1")).toBe("1");
  squatter.close();
});

test("root keeps the data elsewhere when the server's user cannot enter the project", async () => {
  await using closed = await temporaryDirectory("cli-closed");
  await using shared = await projectDirectory({});
  const directory = join(closed.path, "app");
  await mkdir(directory);
  await using server = await openEmbeddedPostgres({ directory, sharedDirectory: shared.path });
  const isRoot = process.getuid?.() === 0;
  expect(server.home.startsWith(isRoot ? shared.path : directory)).toBe(true);
  expect(await query(server.url, "select 1")).toBe("1");
  await server.close();
  await rm(directory, { recursive: true, force: true });
});
