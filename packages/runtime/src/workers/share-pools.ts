import type { DatabaseConfig, ProjectConfig } from "@shaperail/config";

/** Which of how many processes. */
export interface WorkerPosition {
  /** From 1. A process that replaces another has its number. */
  readonly number: number;
  readonly count: number;
}

/** The configuration of one process of several: `pool_size` is what all of them open together. */
export function sharePools(config: ProjectConfig, position: WorkerPosition): ProjectConfig {
  const shared = Object.entries<DatabaseConfig>(config.databases).map(([name, database]) => [
    name,
    { ...database, poolSize: shareOf(database.poolSize, position) },
  ]);
  return { ...config, databases: { ...config.databases, ...Object.fromEntries(shared) } };
}

/** The remainder goes to the first, so that nothing of what is allowed is left unused. */
function shareOf(size: number, { number, count }: WorkerPosition): number {
  const share = Math.max(1, Math.floor(size / count));
  return number === 1 ? Math.max(share, size - share * (count - 1)) : share;
}
