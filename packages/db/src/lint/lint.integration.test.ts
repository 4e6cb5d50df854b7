import { type PostgresServer, startPostgres, type TestDatabase } from "@shaperail/test-services";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkMigration } from "../lint.ts";
import { baseline, type LintFixture, optionsFor, readFixtures } from "./fixtures.test-kit.ts";
import { isHeavy, openScene, type Scene, sqlStateOf, statementsOf } from "./observe.test-kit.ts";

const LOCK_TIMEOUT = "55P03";
/** What PostgreSQL refuses by itself, as soon as there are rows or a transaction. */
const REFUSED: Readonly<Record<string, string>> = { MC011: "23502", MC023: "25001", MC025: "55P04", MC107: "42601" };
/** A lock that stops others is all that is wrong. */
const LOCK_ALONE = new Set(["MC021", "MC026", "MC040", "MC044"]);
const CONTRACT = new Set(["MC030", "MC031", "MC032", "MC033"]);
/** Tables that must not be locked at the same time as the one that is watched. */
const alsoLocked: Readonly<Record<string, readonly string[]>> = { MC040: ["users"] };
/** Mistakes of the file, which are seen before a server is. */
const OF_THE_FILE = new Set(["MC001", "MC003", "MC004", "MC005", "MC006", "MC045", "MC101", "MC103", "MC104", "MC106"]);

const ROWS = `
  INSERT INTO users SELECT n, 'name ' || n, n || '@example.com' FROM generate_series(1, 3000) n;
  INSERT INTO posts SELECT n, 'title ' || n, 'body', n, n, now(), n, 'slug-' || n, 'sad' FROM generate_series(1, 3000) n;
  INSERT INTO events_2025 SELECT n, '2025-05-05' FROM generate_series(1, 3000) n;
  INSERT INTO events_2026 SELECT n, '2026-05-05' FROM generate_series(1, 3000) n;
  REFRESH MATERIALIZED VIEW post_counts;`;

let server: PostgresServer;
let template: TestDatabase;
beforeAll(async () => {
  server = await startPostgres({ settings: { allow_in_place_tablespaces: "on" } });
  template = await server.createDatabase();
  const client = new pg.Client({ connectionString: template.url });
  await client.connect();
  await client.query("CREATE TABLESPACE other_space LOCATION ''");
  await client.query(baseline + ROWS);
  await client.end();
});
afterAll(() => server.close());

/** A scene for the fixture, or for its safe twin. */
function sceneFor({ earlier }: LintFixture): Promise<Scene> {
  return openScene({ server, template: template.name, earlier });
}

const safe = new Map(readFixtures("safe").map((fixture) => [fixture.name, fixture]));
const cases = readFixtures("unsafe")
  .map((fixture) => ({ fixture, name: fixture.name, code: fixture.expected.at(-1)?.split(" ")[0] ?? "" }))
  .filter(({ code }) => !OF_THE_FILE.has(code));
const ofKind = (isKind: (code: string) => boolean): typeof cases => cases.filter(({ code }) => isKind(code));

/** What is proposed instead of the fixture; its safe twin where the check has no SQL to propose. */
async function proposalFor(fixture: LintFixture, code: string): Promise<LintFixture> {
  const found = await checkMigration(optionsFor(fixture));
  const example = found.find((one) => one.code === code)?.example;
  return example === undefined ? (safe.get(fixture.name) ?? fixture) : { ...fixture, sql: example };
}

/** Somebody cannot read or write the table. A materialized view is only read. */
async function isBlocked(scene: Scene, table: string): Promise<boolean> {
  if ((await scene.reading(table)) === LOCK_TIMEOUT) return true;
  return table !== "post_counts" && (await scene.writing(table)) === LOCK_TIMEOUT;
}

/** PostgreSQL lets these run in no transaction but their own. */
function refusesTransaction(sql: string): boolean {
  return /\b(INDEX|TABLE) CONCURRENTLY|CONCURRENTLY$|^VACUUM|^DO /.test(sql);
}

describe("what the original does", () => {
  const inTransaction = ofKind((code) => !(code in REFUSED) && !CONTRACT.has(code));
  test.each(inTransaction.filter(({ name }) => name !== "vacuum-full"))(
    "$name: $code stops those who use the table while it does its work",
    async ({ fixture, code }) => {
      await using scene = await sceneFor(fixture);
      await scene.migrator.query("BEGIN");
      const heavy = await isHeavy(scene.migrator, () => scene.migrator.query(fixture.sql));
      expect({ heavy: heavy || LOCK_ALONE.has(code), blocked: await isBlocked(scene, fixture.watch) }).toEqual({
        heavy: true,
        blocked: true,
      });
    },
  );

  test.each(ofKind((code) => code === "MC040"))("$name: $code locks both tables at once", async ({ fixture }) => {
    await using scene = await sceneFor(fixture);
    await scene.migrator.query(`BEGIN; ${fixture.sql}`);
    expect([await isBlocked(scene, "posts"), await isBlocked(scene, "users")]).toEqual([true, true]);
  });

  test("vacuum-full: MC017 waits for everybody who uses the table, and everybody waits for it", async () => {
    await using scene = await openScene({ server, template: template.name, earlier: [] });
    await scene.during("SELECT FROM posts LIMIT 1", async (release) => {
      const vacuum = scene.migrator.query("VACUUM FULL posts");
      await scene.untilWaiting();
      expect(await scene.reading("posts")).toBe(LOCK_TIMEOUT);
      await release();
      await vacuum;
    });
  });

  test.each(ofKind((code) => code in REFUSED))("$name: $code is refused", async ({ fixture, code }) => {
    await using scene = await sceneFor(fixture);
    await scene.migrator.query("BEGIN");
    const sqlStates: (string | undefined)[] = [];
    for (const sql of await statementsOf(fixture.sql)) sqlStates.push(await sqlStateOf(scene.migrator, sql));
    expect(sqlStates.at(-1)).toBe(REFUSED[code]);
  });

  test.each(ofKind((code) => CONTRACT.has(code)))("$name: $code breaks the running version", async ({ fixture }) => {
    await using scene = await sceneFor(fixture);
    expect(await scene.reading("(SELECT id, slug FROM posts)")).toBeUndefined();
    await scene.migrator.query(fixture.sql);
    expect(await scene.reading("(SELECT id, slug FROM posts)")).toMatch(/^(42703|42P01)$/);
  });
});

describe("what is proposed instead", () => {
  test.each(cases)("$name: nobody waits while it works", async ({ fixture, code }) => {
    const { sql: proposal, earlier, watch } = await proposalFor(fixture, code);
    await using scene = await sceneFor({ ...fixture, earlier });
    const { migrator } = scene;
    for (const sql of await statementsOf(proposal)) {
      if (refusesTransaction(sql)) {
        await runBesideWriter(scene, sql, watch);
        continue;
      }
      await migrator.query("BEGIN");
      const heavy = await isHeavy(migrator, () => migrator.query(sql));
      const looked = heavy || LOCK_ALONE.has(code) ? [watch, ...(alsoLocked[code] ?? [])] : [];
      const blocked = await Promise.all(looked.map((table) => isBlocked(scene, table)));
      // A short statement may lock the one table it is about, until it is committed a moment later.
      expect({ sql, blocked: blocked.every(Boolean) && blocked.length > 0 }).toEqual({ sql, blocked: false });
      await migrator.query("COMMIT");
    }
    expect(await scene.reading("(SELECT id, slug FROM posts)")).toBeUndefined();
  });
});

/** Stops the statement half-way, by a row that somebody else has changed, and looks whether the others can work. */
async function runBesideWriter(scene: Scene, sql: string, watch: string): Promise<void> {
  const change = watch === "post_counts" ? "SELECT FROM post_counts" : `UPDATE ${watch} SET id = id WHERE id = 1500`;
  await scene.during(change, async (release) => {
    const running = scene.migrator.query(sql);
    const finished = new AbortController();
    const waiting = scene.untilWaiting(finished.signal);
    await Promise.race([running.finally(() => finished.abort()), waiting]);
    expect({ sql, blocked: await isBlocked(scene, watch) }).toEqual({ sql, blocked: false });
    await release();
    await running;
    await waiting;
  });
}
