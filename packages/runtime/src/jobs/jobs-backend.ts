import type { ProjectConfig } from "@shaperail/config";
import type { JobsBackend } from "@shaperail/jobs";
import { RuntimeError } from "../errors.ts";

/** Jobs at the same time in a process when the configuration does not say. */
const USUAL_CONCURRENCY = 10;

/**
 * Where the project's jobs are kept: in Redis when it has one, otherwise in its default PostgreSQL, past a pooler.
 *
 * @throws RuntimeError `RUNTIME_FEATURE_UNSUPPORTED` for a Redis behind sentinels, or a cluster
 */
export function jobsBackend({ jobs, cache, environment, databases }: ProjectConfig): JobsBackend {
  const url = jobs?.url ?? cache?.url ?? environment.redisUrl;
  if (url !== undefined && /^rediss?\+/.test(url)) throw unsupported();
  if (url !== undefined) return { kind: "redis", url };
  return { kind: "postgres", url: environment.directDatabaseUrl ?? databases.default.url };
}

/** Most jobs at the same time in a process; a worker that may run none would be no worker. */
export function concurrencyOf({ jobs }: Pick<ProjectConfig, "jobs">, mode: "server" | "worker"): number {
  const concurrency = jobs?.concurrency ?? USUAL_CONCURRENCY;
  return mode === "worker" ? concurrency || USUAL_CONCURRENCY : concurrency;
}

function unsupported(): RuntimeError {
  return new RuntimeError("Jobs cannot be kept in a Redis behind sentinels, or in a cluster, yet.", {
    code: "RUNTIME_FEATURE_UNSUPPORTED",
    hint: "Set `jobs.url` to a single Redis: `redis://` or `rediss://`.",
  });
}
