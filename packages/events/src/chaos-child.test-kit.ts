import { setTimeout as sleep } from "node:timers/promises";
import { createDatabase } from "@shaperail/db";
import { createQueue, createWorker, defineJob, type JobsBackend } from "@shaperail/jobs";
import { outboxInsert } from "./outbox/insert-sql.ts";
import { createOutbox } from "./outbox/outbox.ts";

/** How the child is started: `node <this file> <JSON>`. */
export interface ChaosOptions {
  readonly backend: JobsBackend;
  readonly databaseUrl: string;
  /** First id to write; undefined writes nothing and only relays and works. */
  readonly firstId?: number;
}

const outbox = outboxInsert({
  intents: [{ kind: "job", name: "effect" }],
  resource: "posts",
  action: "created",
  data: "to_jsonb(w)",
});
const INSERT = {
  name: "chaos.insert",
  text: `WITH written AS (INSERT INTO posts (id, title) VALUES ($1, 'x') RETURNING *), outbox AS (${outbox}) SELECT id FROM written`,
};
const EFFECT = {
  name: "chaos.effect",
  text: `INSERT INTO effects (post_id, runs) VALUES ($1, 1) ON CONFLICT (post_id) DO UPDATE SET runs = effects.runs + 1`,
};

/** An application that writes, relays and works until it is killed. */
async function main({ backend, databaseUrl, firstId }: ChaosOptions): Promise<void> {
  const database = createDatabase({ url: databaseUrl, poolSize: 5 });
  const queue = createQueue({ backend });
  const effect = defineJob<{ data: { id: number } }>({
    name: "effect",
    attempts: 1_000,
    backoff: { baseMs: 50, maxMs: 200 },
    async handle({ data }) {
      await database.run(EFFECT, [String(data.id)]);
    },
  });
  await createOutbox({ database, queue, pollMs: 20, batchSize: 20, checkAfterMs: 1_500 }).start();
  void createWorker({ backend, jobs: [effect], lockMs: 1_000, stalledCheckMs: 300, maxCrashes: 1_000 }).start();
  process.stdout.write("ready\n");
  for (let id = firstId ?? Infinity; id < Infinity; id += 1) {
    await write(database, id).catch(() => undefined);
    await sleep(2);
  }
}

/** Every fifth write is taken back. */
async function write(database: ReturnType<typeof createDatabase>, id: number): Promise<void> {
  if (id % 5 !== 0) return void (await database.run(INSERT, [String(id)]));
  await database.transaction(async (transaction) => {
    await transaction.run(INSERT, [String(id)]);
    throw new Error("taken back");
  });
}

await main(JSON.parse(process.argv[2] ?? "{}"));
