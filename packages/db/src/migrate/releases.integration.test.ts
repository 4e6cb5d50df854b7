import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase } from "@shaperail/test-services";
import { expect, test } from "vitest";
import { createDatabase, type Database } from "../database.ts";
import {
  applyMigrations,
  createReleaseMemory,
  listReleases,
  liveReleases,
  recordRelease,
  releaseContract,
  retireReleases,
  touchRelease,
} from "../migrate.ts";
import { field, table } from "./table.test-kit.ts";

const contract = releaseContract({ tables: [table("posts", [field("title")])] });
const other = releaseContract({ tables: [table("posts", [field("headline")])] });

async function withMemory(use: (database: Database) => Promise<void>): Promise<void> {
  await using server = await createTestDatabase();
  await using database = createDatabase({ url: server.url, poolSize: 2 });
  await createReleaseMemory(database);
  await use(database);
}

const states = async (database: Database): Promise<string[]> =>
  (await listReleases(database)).map(({ release, retiredAt }) => `${release} ${retiredAt ? "retired" : "live"}`);
const age = (database: Database): Promise<unknown> => {
  const text = "update shaperail_releases set started_at = '2020-01-01', last_seen_at = '2020-01-02'";
  return database.run({ name: "age", text }, []);
};

test("a release is live from its first record until it is retired, however long it is not heard of", async () => {
  await withMemory(async (database) => {
    await recordRelease(database, { release: "v1", contract });
    await age(database);
    expect(await liveReleases(database)).toMatchObject([{ release: "v1", contract }]);
    const [found] = await listReleases(database);
    expect(found?.secondsSinceSeen).toBeGreaterThan(86_400);
    expect(await retireReleases(database, { release: "v1" })).toEqual(["v1"]);
    expect(await liveReleases(database)).toEqual([]);
    expect(await retireReleases(database, { release: "v1" })).toEqual([]);
  });
});

test("a sign of life keeps the start and does not undo a retirement; a new start does", async () => {
  await withMemory(async (database) => {
    await recordRelease(database, { release: "v1", contract });
    await age(database);
    await touchRelease(database, { release: "v1", contract });
    const [seen] = await listReleases(database);
    expect(seen).toMatchObject({ startedAt: "2020-01-01T00:00:00.000Z", retiredAt: undefined });
    expect(seen?.secondsSinceSeen).toBeLessThan(3_600);
    await retireReleases(database, { release: "v1" });
    await touchRelease(database, { release: "v1", contract });
    expect(await states(database)).toEqual(["v1 retired"]);
    await recordRelease(database, { release: "v1", contract });
    const [revived] = await listReleases(database);
    expect(revived?.retiredAt).toBeUndefined();
    expect(revived?.startedAt).not.toBe("2020-01-01T00:00:00.000Z");
  });
});

test("two processes of one name that depend on different things are both remembered, and retired together", async () => {
  await withMemory(async (database) => {
    await recordRelease(database, { release: "latest", contract });
    await recordRelease(database, { release: "latest", contract: other });
    await recordRelease(database, { release: "latest", contract });
    expect(await states(database)).toEqual(["latest live", "latest live"]);
    expect(await retireReleases(database, { release: "latest" })).toEqual(["latest"]);
    expect(await liveReleases(database)).toEqual([]);
  });
});

test("all releases but one are retired at once", async () => {
  await withMemory(async (database) => {
    for (const release of ["v1", "v2", "v3"]) await recordRelease(database, { release, contract });
    expect(await retireReleases(database, { allBut: "v3" })).toEqual(["v1", "v2"]);
    expect(await states(database)).toEqual(["v1 retired", "v2 retired", "v3 live"]);
  });
});

test("the first migration makes the memory; before it nothing is known and nothing can be recorded", async () => {
  await using server = await createTestDatabase();
  await using database = createDatabase({ url: server.url, poolSize: 1 });
  expect(await listReleases(database)).toEqual([]);
  expect(await retireReleases(database, { release: "v1" })).toEqual([]);
  await expect(recordRelease(database, { release: "v1", contract })).rejects.toMatchObject({
    code: "DB_SCHEMA_MISMATCH",
  });
  const folder = await mkdtemp(join(tmpdir(), "releases-"));
  await writeFile(join(folder, "0001_a.sql"), "create table a (n int);\n");
  await applyMigrations({ url: server.url, folder });
  await rm(folder, { recursive: true });
  await recordRelease(database, { release: "v1", contract });
  expect(await states(database)).toEqual(["v1 live"]);
});

test("a role that may create nothing still finds that there is nothing to apply", async () => {
  await using server = await createTestDatabase();
  const role = `reader_${server.name}`;
  const folder = await mkdtemp(join(tmpdir(), "releases-"));
  await writeFile(join(folder, "0001_a.sql"), "create table a (n int);\n");
  await applyMigrations({ url: server.url, folder });
  await using database = createDatabase({ url: server.url, poolSize: 1 });
  const run = (text: string): Promise<unknown> => database.run({ name: text, text, prepare: false }, []);
  // As in a database that was migrated before there was a memory.
  await run("drop table shaperail_releases");
  await run(`create role ${role} login`);
  await run(`grant select on _sqlx_migrations to ${role}`);
  const url = new URL(server.url);
  url.username = role;
  expect(await applyMigrations({ url: url.href, folder })).toEqual([]);
  await run(`drop owned by ${role}`);
  await run(`drop role ${role}`);
  await rm(folder, { recursive: true });
});
