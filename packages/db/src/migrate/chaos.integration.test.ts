import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase } from "@shaperail/test-services";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyMigrations } from "../migrate.ts";
import { introspect, type LiveSchema } from "./introspect.ts";
import { withMigrationSession } from "./migration-session.ts";

// `npm run chaos:migrate` asks for the long version.
// oxlint-disable-next-line node/no-process-env -- how often is the caller's choice, and nothing else is read
const isLong = process.env["CHAOS"] === "long";
const KILLS = isLong ? 50 : 5;
const ROUNDS = isLong ? 20 : 2;
const RUNNERS = 10;

/** Files of each kind, slow enough to be hit anywhere. */
const FILES: Readonly<Record<string, string>> = {
  "0001_create_items.up.sql":
    "create table items (id int8 primary key, label text, n int4);\ninsert into items select g, 'label ' || g, g % 97 from generate_series(1, 20000) g;\n",
  "0002_add_state.up.sql":
    "alter table items add column state text default 'a';\nselect pg_sleep(0.05);\nalter table items add constraint chk_items_state check (state in ('a', 'b')) not valid;\n",
  "0003_indexes.up.sql":
    "-- no-transaction repeatable\ndrop index concurrently if exists idx_items_label;\ncreate index concurrently idx_items_label on items (label);\ndrop index concurrently if exists idx_items_search;\ncreate index concurrently idx_items_search on items using gin (to_tsvector('english', label));\n",
  "0004_validate.up.sql": "alter table items validate constraint chk_items_state;\nselect pg_sleep(0.05);\n",
  "0005_create_notes.up.sql":
    "create table notes (id int8 primary key, item_id int8 references items (id));\nselect pg_sleep(0.05);\ncreate index idx_notes_item_id on notes (item_id);\n",
};

let folder: string;
let clean: LiveSchema;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chaos-"));
  for (const [name, sql] of Object.entries(FILES)) await writeFile(join(folder, name), sql);
  await using database = await createTestDatabase();
  await applyMigrations({ url: database.url, folder });
  clean = await schemaOf(database.url);
});
afterAll(() => rm(folder, { recursive: true }));

function schemaOf(url: string): Promise<LiveSchema> {
  return withMigrationSession({ url }, introspect);
}

const ENTRY = new URL("../migrate.ts", import.meta.url).href;
const SCRIPT = `import { applyMigrations } from "${ENTRY}";
const options = JSON.parse(process.argv[1]);
console.log("ready");
await applyMigrations(options);`;

/** A migrator in a process of its own; resolves when it is about to begin. */
async function startMigrator(url: string): Promise<ChildProcess> {
  const options = JSON.stringify({ url, folder });
  const args = ["--conditions=@shaperail/source", "--input-type=module", "-e", SCRIPT, options];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

test(`a migrator that is killed anywhere, ${KILLS} times, leaves a database that a plain migrate brings to the same schema`, async () => {
  const started = performance.now();
  await using timing = await createTestDatabase();
  await applyMigrations({ url: timing.url, folder });
  const wholeMs = performance.now() - started;
  for (let round = 0; round < KILLS; round += 1) {
    await using database = await createTestDatabase();
    const child = await startMigrator(database.url);
    const ended = once(child, "exit");
    await sleep(Math.random() * wholeMs * 1.2);
    child.kill("SIGKILL");
    await ended;
    await applyMigrations({ url: database.url, folder });
    expect(await schemaOf(database.url)).toEqual(clean);
  }
}, 600_000);

test(`${RUNNERS} migrators at once, ${ROUNDS} times, apply each file once and come to the same schema`, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    await using database = await createTestDatabase();
    const runs = Array.from({ length: RUNNERS }, () => applyMigrations({ url: database.url, folder }));
    const versions = (await Promise.all(runs)).flat().map(({ version }) => version);
    expect(versions).toEqual([1, 2, 3, 4, 5]);
    expect(await schemaOf(database.url)).toEqual(clean);
  }
}, 600_000);
