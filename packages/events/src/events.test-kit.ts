import { type Closeable, closeable } from "@shaperail/core";
import { createDatabase, type Database } from "@shaperail/db";
import { createTestDatabase } from "@shaperail/test-services";
import type { OutboxJob, OutboxQueue } from "./outbox/outbox-queue.ts";
import { EVENTS_TABLES } from "./system-tables.ts";

/** A database with this package's tables and a table `posts`. */
export interface TestHome extends Closeable {
  readonly database: Database;
  readonly url: string;
}

const POSTS = `CREATE TABLE posts (id BIGINT PRIMARY KEY, title TEXT NOT NULL, version BIGINT NOT NULL DEFAULT 1)`;

export async function makeHome(): Promise<TestHome> {
  const home = await createTestDatabase();
  const database = createDatabase({ url: home.url, poolSize: 8 });
  await install(database);
  return {
    database,
    url: home.url,
    ...closeable(async () => {
      await database.close();
      await home.close();
    }),
  };
}

export async function install(database: Database): Promise<void> {
  for (const text of [...EVENTS_TABLES.flatMap(({ up }) => up.split(";\n")), POSTS])
    if (text.trim() !== "") await database.run({ name: "test.ddl", text, prepare: false }, []);
}

/** A queue in memory that behaves like the real ones and can be told to misbehave. */
export interface TestQueue extends OutboxQueue {
  readonly added: OutboxJob[];
  readonly known: Map<string, string>;
  /** Called before a batch is added. */
  before: (jobs: readonly OutboxJob[]) => void;
  /** Called after it. */
  after: (jobs: readonly OutboxJob[]) => void;
}

export function makeQueue(): TestQueue {
  const queue: TestQueue = {
    added: [],
    known: new Map(),
    before: () => undefined,
    after: () => undefined,
    async addAll(jobs) {
      queue.before(jobs);
      for (const job of jobs) {
        if (queue.known.has(job.id)) continue;
        queue.known.set(job.id, "waiting");
        queue.added.push(job);
      }
      queue.after(jobs);
      return jobs.map(({ id }) => id);
    },
    states: async (ids) => ids.map((id) => queue.known.get(id)),
  };
  return queue;
}

/** Resolves with what `look` finds first; rejects when it has found nothing after `timeoutMs`. */
export async function eventually<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs = 20_000, what = "it" }: { timeoutMs?: number; what?: string } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${timeoutMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
