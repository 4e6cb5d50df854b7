import type { Logger } from "@shaperail/core";
import type { JobsBackend } from "@shaperail/jobs";
import type { Project } from "../load-project.ts";

/** Says what works until there is load: a queue that shares its Redis with the cache, or reaches PostgreSQL through a pooler. */
export function warnOfSharing(
  { config, resources }: Pick<Project, "config" | "resources">,
  backend: JobsBackend,
  logger: Logger,
): void {
  const { cache, environment, databases } = config;
  if (backend.kind === "redis") {
    const isCached = resources.some(({ endpoints }) => endpoints.some((endpoint) => endpoint.cache !== undefined));
    if (!isCached || environment.nodeEnv !== "production") return;
    if (backend.url !== (cache?.url ?? environment.redisUrl)) return;
    logger.warn("The jobs share their Redis with the cache: when its memory is full, jobs cannot be added", {
      hint: "Give jobs a Redis of their own: `jobs.url`.",
    });
    return;
  }
  const { url, preparedStatements } = databases.default;
  const isPooled = preparedStatements === false || new URL(url).searchParams.get("pgbouncer") === "true";
  if (backend.url !== url || !isPooled) return;
  logger.warn("The queue in PostgreSQL is reached through a pooler, where a worker hears nothing of new jobs", {
    hint: "Set DIRECT_DATABASE_URL.",
  });
}
