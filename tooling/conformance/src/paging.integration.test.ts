import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, createClient } from "./client.ts";
import { KITCHEN_SINK } from "./projects.ts";
import { seedOf } from "./seed.ts";
import { type RunningProject, startProject } from "./start-project.ts";

let running: RunningProject;
let client: Client;
beforeAll(async () => {
  running = await startProject(KITCHEN_SINK);
  client = createClient(running.url);
});
afterAll(async () => {
  client.close();
  await running[Symbol.asyncDispose]();
});

/** Every key of a list, in the order in which its pages hold them. */
async function readPages(query: string): Promise<readonly number[]> {
  const keys: number[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const place: string = cursor === "" ? "" : `&after=${cursor}`;
    const { status, text } = await client.send({ method: "GET", path: `/v1/counters?limit=100&${query}${place}` });
    if (status !== 200) throw new Error(text);
    const page = JSON.parse(text) as { data: { id: number }[]; meta: { cursor: string | null } };
    for (const { id } of page.data) keys.push(id);
    ({ cursor } = page.meta);
  }
  return keys;
}

/** Adds and removes rows beside those that stay, until the work is done. */
async function whileOthersWrite<T>(work: () => Promise<T>): Promise<T> {
  let writing = true;
  const churn = (async () => {
    for (let round = 0; writing; round += 1) {
      // Keys in front of, among and behind those that stay; some rows are there for a moment only.
      await running.sql(`
        INSERT INTO counters (id, name, step, "limit")
        SELECT CASE n % 3 WHEN 0 THEN -n WHEN 1 THEN 2 * n + 1 ELSE 10000000 + n END, 'passing', n % 60, nullif(n % 9, 4)
        FROM generate_series(${round * 40}, ${round * 40 + 39}) n ON CONFLICT DO NOTHING`);
      await running.sql(`
        DELETE FROM counters WHERE id IN (SELECT id FROM counters WHERE name = 'passing' ORDER BY random() LIMIT 35)`);
    }
  })();
  try {
    return await work();
  } finally {
    writing = false;
    await churn;
    await running.sql("DELETE FROM counters WHERE name = 'passing'");
  }
}

function repeated(keys: readonly number[]): number {
  return keys.length - new Set(keys).size;
}

test(
  "100,000 rows that stay are each read once, while others come and go between them",
  { timeout: 60_000 },
  async () => {
    // Even keys stay; odd ones may come in between.
    await running.sql(`
    INSERT INTO counters (id, name, step, "limit")
    SELECT 2 * n, 'staying', n % 50, nullif(n % 7, 3) FROM generate_series(1, 100000) n`);
    const keys = await whileOthersWrite(() => readPages("fields=id"));
    const staying = keys.filter((key) => key > 0 && key <= 200_000 && key % 2 === 0);
    expect([staying.length, new Set(staying).size, repeated(keys)]).toEqual([100_000, 100_000, 0]);
    expect(keys).toEqual(keys.toSorted((one, other) => one - other));
    await running.sql("DELETE FROM counters");
  },
);

test("in any order, rows that stay are each read once and in that order", { timeout: 60_000 }, async () => {
  await running.sql(`
    INSERT INTO counters (id, name, step, "limit")
    SELECT 2 * n, 'staying', n % 50, nullif(n % 7, 3) FROM generate_series(1, 1500) n`);
  const order = fc
    .shuffledSubarray(["step", "limit", "id"])
    .chain((fields) => fc.tuple(...fields.map((field) => fc.constantFrom(field, `-${field}`))));
  const property = fc.asyncProperty(order, async (fields) => {
    const keys = await whileOthersWrite(() => readPages(`fields=id&sort=${fields.join()}`));
    const columns = fields.map((field) => (field.startsWith("-") ? `"${field.slice(1)}" DESC` : `"${field}"`));
    const rows = await running.sql(`SELECT id FROM counters ORDER BY ${[...columns, "id"].join()}`);
    expect(repeated(keys)).toBe(0);
    const wanted = rows.map(({ id }) => Number(id));
    const known = new Set(wanted);
    expect(keys.filter((key) => known.has(key))).toEqual(wanted);
  });
  await fc.assert(property, { seed: seedOf(process.env), numRuns: 20, endOnFailure: true });
});
