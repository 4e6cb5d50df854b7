import { availableParallelism } from "node:os";
import type { DatabaseConfig, ProjectConfig } from "@shaperail/config";

/**
 * How many processes serve a project: what `workers` says, `auto` being the processors this process may use, limits of its container
 * included. Never more than the smallest pool has connections, because each process needs one.
 */
export function workerCount(
  { workers, databases }: Pick<ProjectConfig, "workers" | "databases">,
  { parallelism = availableParallelism }: { readonly parallelism?: () => number } = {},
): number {
  const poolSizes = Object.values<DatabaseConfig>(databases).map(({ poolSize }) => poolSize);
  return Math.max(1, Math.min(workers === "auto" ? parallelism() : workers, ...poolSizes));
}
