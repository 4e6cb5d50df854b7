import { createTestDatabase } from "@shaperail/test-services";
import { onTestFinished } from "vitest";
import { execute, type RunningProject, startProject, titled } from "../running-project.test-kit.ts";

/** A resource whose answers are kept; `cache` as in the file. */
function cachedResource(name: string, cache = "{ ttl: 60 }"): string {
  return `resource: ${name}
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  title: { type: string, required: true }
endpoints:
  list: { auth: public, filters: [title], cache: ${cache} }
  get: { auth: public, cache: ${cache} }
  create: { auth: public, input: [title] }
  update: { auth: public, input: [title] }
  delete: { auth: public }
`;
}

export interface CachedProjectOptions {
  readonly databaseUrl: string;
  /** @default none: each process caches by itself */
  readonly redisUrl?: string;
  /** @default ["posts"] */
  readonly resources?: readonly string[];
  /** @default "{ ttl: 60 }" */
  readonly cache?: string;
  /** @default false */
  readonly near?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** An instance of an application; several share a database and a Redis. */
export function startInstance({
  databaseUrl,
  redisUrl,
  resources = ["posts"],
  cache,
  near = false,
  env = {},
}: CachedProjectOptions): Promise<RunningProject> {
  const section = redisUrl === undefined ? "" : `cache: { type: redis, url: "${redisUrl}", near: ${near} }\n`;
  return startProject(
    {
      "shaperail.config.yaml": `project: cached\nlogging: { level: debug }\n${section}`,
      ...Object.fromEntries(resources.map((name) => [`resources/${name}.yaml`, cachedResource(name, cache)])),
    },
    { DATABASE_URL: databaseUrl, ...env },
  );
}

/** A database with the tables of the resources, for the length of a test. */
export async function migrated(...resources: readonly string[]): Promise<string> {
  const { url, close } = await createTestDatabase();
  onTestFinished(close);
  await execute(url, (resources.length === 0 ? ["posts"] : resources).map(titled));
  return url;
}

export interface Post {
  readonly id: string;
  readonly title: string;
}

export async function create(project: RunningProject, title: string, resource = "posts"): Promise<string> {
  const { json } = await project.call<Post>(`/v1/${resource}`, { method: "POST", body: { title } });
  return json.data.id;
}

/** How many requests found what they looked for, and did not, as `/metrics` says. */
export async function lookups(project: RunningProject): Promise<{ readonly hit: number; readonly miss: number }> {
  const page = await project.page("/metrics");
  const count = (result: string): number =>
    Number(new RegExp(`^shaperail_cache_total\\{result="${result}"\\} (\\d+)$`, "m").exec(page)?.[1]);
  return { hit: count("hit"), miss: count("miss") };
}

/** Statements the database was asked, as `/metrics` says. */
export async function statements(project: RunningProject): Promise<number> {
  const page = await project.page("/metrics");
  return Number(
    /^shaperail_db_query_duration_seconds_count\{database="default",outcome="ok"\} (\d+)$/m.exec(page)?.[1],
  );
}
