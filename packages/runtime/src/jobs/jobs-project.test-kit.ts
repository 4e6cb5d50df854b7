import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openRedis } from "@shaperail/cache";
import { applyMigrations, planInitialMigrations } from "@shaperail/db/migrate";
import { migrateJobs } from "@shaperail/jobs";
import { parseResource } from "@shaperail/resource";
import {
  createTestDatabase,
  openSqlClient,
  type SqlClient,
  startRedis,
  type TestDatabase,
  temporaryDirectory,
} from "@shaperail/test-services";
import { onTestFinished } from "vitest";
import { execute } from "../running-project.test-kit.ts";

/** A note whose create has a job; `email` must be nowhere but in its table. */
export const NOTES = `resource: notes
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  title: { type: string, required: true, unique: true }
  email: { type: string, sensitive: true }
endpoints:
  list: { auth: public }
  create: { auth: public, input: [title, email], jobs: [note_down] }
  update: { auth: public, input: [title] }
`;

/** Notes down what it was given, once per note whatever happens. */
export const NOTE_DOWN = `
export const options = { attempts: 3, backoff: () => 50 };

export async function handle({ resource, action, data }, { db, id, logger }) {
  logger.info("noting down", { job_id: id });
  if (data.title.startsWith("refused")) throw new Error('cannot write to {"email":"ann@example.org"} for email=ann@example.org');
  await db
    .insertInto("noted")
    .values({ job: id, title: data.title, payload: JSON.stringify({ resource, action, data }) })
    .onConflict((conflict) => conflict.column("title").doUpdateSet((set) => ({ runs: set.eb("noted.runs", "+", 1) })))
    .execute();
}
`;

const NOTED =
  "CREATE TABLE noted (title text PRIMARY KEY, job text NOT NULL, payload text NOT NULL, runs int NOT NULL DEFAULT 1, at timestamptz NOT NULL DEFAULT now())";

export type Backend = "redis" | "postgres";
export const BACKENDS: readonly Backend[] = ["redis", "postgres"];

export interface JobServices {
  readonly database: TestDatabase;
  /** DATABASE_URL, and REDIS_URL for jobs in Redis. */
  readonly env: Readonly<Record<string, string>>;
}

/** A database with the tables of notes and of everything behind jobs, and a Redis where they are kept in one. */
export async function jobServices(
  backend: Backend,
  { redisUrl }: { readonly redisUrl?: string } = {},
): Promise<JobServices> {
  const database = await createTestDatabase();
  onTestFinished(() => database.close());
  const { resource } = parseResource(NOTES, { file: "notes.yaml" });
  if (resource === undefined) throw new Error("the resource of the tests is not valid");
  await using folder = await temporaryDirectory("migrations");
  const { files } = planInitialMigrations({ tables: [resource], existingFiles: [], events: true });
  for (const { fileName, contents } of files) await writeFile(join(folder.path, fileName), contents);
  await applyMigrations({ url: database.url, folder: folder.path });
  await execute(database.url, [NOTED]);
  if (backend === "postgres") {
    await migrateJobs({ url: database.url });
    return { database, env: { DATABASE_URL: database.url } };
  }
  return { database, env: { DATABASE_URL: database.url, REDIS_URL: redisUrl ?? (await ownRedis()) } };
}

async function ownRedis(): Promise<string> {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  return redis.url;
}

export interface JobsProjectFiles {
  /** Further sections of the configuration. */
  readonly config?: string;
  readonly notes?: string;
  readonly files?: Readonly<Record<string, string>>;
}

export function jobsProject({ config = "", notes = NOTES, files = {} }: JobsProjectFiles = {}): Record<string, string> {
  return {
    "shaperail.config.yaml": `project: notes\ndatabases: { default: { engine: postgres, url: "\${DATABASE_URL}", pool_size: 5 } }\n${config}\n`,
    "resources/notes.yaml": notes,
    "jobs/note_down.ts": NOTE_DOWN,
    ...files,
  };
}

/** Asks again until the answer is wanted; fails after the deadline with the last one. */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  isWanted: (answer: T) => boolean,
  { timeoutMs = 20_000 }: { readonly timeoutMs?: number } = {},
): Promise<T> {
  const endsAt = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (performance.now() > endsAt) throw new Error(`still not as wanted: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A row of `noted`. */
export interface Noted {
  readonly title: string;
  readonly payload: string;
  readonly runs: number;
}

/** What the handler has noted down so far, by title. */
export async function readNoted(client: Pick<SqlClient, "sql">): Promise<readonly Noted[]> {
  const rows = await client.sql("SELECT title, payload, runs FROM noted ORDER BY title");
  return rows.map(([title, payload, runs]) => ({ title: title ?? "", payload: payload ?? "", runs: Number(runs) }));
}

/** A client of the database that ends with the test. */
export function clientOf({ database }: Pick<JobServices, "database">): SqlClient {
  const client = openSqlClient(database.url);
  onTestFinished(() => client.close());
  return client;
}

/** Everything that is kept anywhere but in the application's own tables, as text. */
export async function everythingKept({ env, database }: JobServices): Promise<string> {
  const { REDIS_URL: url } = env;
  await using client = openSqlClient(database.url);
  const tables = await client.sql(
    "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'shaperail_jobs' OR tablename LIKE 'shaperail\\_%'",
  );
  const kept: (string | null | undefined)[] = [];
  for (const [table] of tables) {
    kept.push(...(await client.sql(`SELECT to_jsonb(t)::text FROM ${table} t`)).flat());
  }
  if (url === undefined) return kept.join("\n");
  await using redis = openRedis({ url, offlineQueue: true });
  const { client: commands } = redis;
  for (const key of await commands.keys("*")) {
    const type = await commands.type(key);
    if (type === "hash") kept.push(JSON.stringify(await commands.hgetall(key)));
    if (type === "stream") kept.push(JSON.stringify(await commands.xrange(key, "-", "+")));
  }
  return kept.join("\n");
}
