import { checkEviction, openRedis, type RedisConnection } from "@shaperail/cache";
import { maskUrl } from "@shaperail/config";
import { jobsBackend, type Project } from "@shaperail/runtime";
import { hasJobs } from "../jobs/require-jobs.ts";
import { type DoctorCheck, failed, ok, skipped, warning } from "./doctor-check.ts";

const OWN_REDIS = "Give the jobs a Redis of their own (`jobs.url`), or none: then they are kept in PostgreSQL.";

/** Whether jobs are safe where the project keeps them. */
export async function checkJobs(project: Project): Promise<DoctorCheck[]> {
  if (!hasJobs(project)) return [skipped("jobs", "the project has none")];
  const backend = jobsBackend(project.config);
  if (backend.kind === "postgres") return [ok("jobs", "kept in the default database")];
  const address = maskUrl(backend.url);
  try {
    await using redis = openRedis({ url: backend.url });
    await redis.connect();
    const checks = [await checkPolicy(redis, address), ...(await checkPersistence(redis)), ...checkSharing(project)];
    return checks;
  } catch (error) {
    return [failed("jobs", error, `Start Redis, or correct the URL (${address}).`)];
  }
}

async function checkPolicy(redis: RedisConnection, address: string): Promise<DoctorCheck> {
  const { evicts, policy } = await checkEviction(redis);
  if (evicts === undefined)
    return warning("jobs", `${address} does not tell its maxmemory-policy`, "Make sure that it is `noeviction`.");
  if (!evicts) return ok("jobs", `kept in ${address}, which evicts nothing`);
  const message = `${address} evicts (${policy}): when its memory is full, jobs are lost or run twice`;
  return failed("jobs", new Error(message), `Set \`maxmemory-policy noeviction\`. ${OWN_REDIS}`);
}

async function checkPersistence({ client }: RedisConnection): Promise<DoctorCheck[]> {
  const info = await client.info("persistence").catch(() => "");
  if (!/^aof_enabled:0/m.test(info)) return [];
  const message =
    "appendonly is off: a crash of Redis loses schedules, dead letters and jobs until they are added again";
  return [warning("jobs persistence", message, "Set `appendonly yes` on the jobs' Redis.")];
}

/** The same server with another database number shares its memory too. */
function checkSharing({ config }: Project): DoctorCheck[] {
  const backend = jobsBackend(config);
  const { cache } = config;
  if (cache === undefined || backend.kind !== "redis" || hostOf(cache.url) !== hostOf(backend.url)) return [];
  return [
    warning("jobs and cache", "share one Redis: a cache that fills its memory makes adding jobs fail", OWN_REDIS),
  ];
}

function hostOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || "6379"}`;
}
