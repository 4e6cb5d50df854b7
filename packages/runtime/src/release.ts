import { createHash } from "node:crypto";
import { closeable, type Closeable, type Logger, toError, withDeadline } from "@shaperail/core";
import type { ReleaseContract } from "@shaperail/db/migrate";
import type { Databases } from "./databases.ts";
import { needsOutbox } from "./jobs/job-names.ts";
import type { Project } from "./load-project.ts";

/** What of a project is deployed, as the memory of its databases knows it. */
export interface ProjectRelease {
  /** `SHAPERAIL_RELEASE`; otherwise the project's version and a hash of the contracts. */
  readonly name: string;
  /** What it depends on, by the name of the connection. Connections without resources have none. */
  readonly contracts: ReadonlyMap<string, ReleaseContract>;
}

/** Names the release of a project, and says what it reads and writes. Opens nothing. */
export async function describeRelease({ config, resources, version }: Project): Promise<ProjectRelease> {
  const { releaseContract } = await import("@shaperail/db/migrate");
  const contracts = new Map(
    Object.keys(config.databases).flatMap((database) => {
      const tables = resources.filter(({ db }) => db === database);
      if (tables.length === 0) return [];
      const auth = database === "default" && config.auth !== undefined;
      const events = needsOutbox({ config, resources }, database);
      return [[database, releaseContract({ tables, auth, events })] as const];
    }),
  );
  return { name: config.environment.release ?? `${version}-${hashOf(contracts)}`, contracts };
}

function hashOf(contracts: ReadonlyMap<string, ReleaseContract>): string {
  return createHash("sha256")
    .update(JSON.stringify([...contracts]))
    .digest("hex")
    .slice(0, 8);
}

export interface AnnounceReleaseOptions {
  readonly databases: Databases;
  readonly logger: Logger;
  /** Pause between signs of life, in milliseconds. @default 60_000 */
  readonly intervalMs?: number;
  /** Longest time for one of them, in milliseconds. @default 5_000 */
  readonly timeoutMs?: number;
}

/**
 * Tells the databases, now and from time to time, that this release serves, so that no migration takes from it what it
 * uses. Nobody waits for it, and what fails is a warning: the next sign of life tries again.
 */
export function announceRelease(
  project: Project,
  { databases, logger, intervalMs = 60_000, timeoutMs = 5_000 }: AnnounceReleaseOptions,
): Closeable {
  const recorded = new Set<string>();
  const failing = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let described: Promise<ProjectRelease> | undefined;
  let isClosed = false;

  const announceTo = async (database: string, { name: release, contracts }: ProjectRelease): Promise<void> => {
    const { recordRelease, touchRelease } = await import("@shaperail/db/migrate");
    const contract = contracts.get(database);
    const pool = databases.get(database);
    if (contract === undefined || pool === undefined) return;
    const tell = recorded.has(database) ? touchRelease : recordRelease;
    try {
      await withDeadline(() => tell(pool, { release, contract }), { timeoutMs, what: "Recording the release" });
      if (!recorded.has(database)) logger.info("release recorded", { release, database });
      recorded.add(database);
      failing.delete(database);
    } catch (thrown) {
      // Said once, not every minute, until it works again.
      if (isClosed || failing.has(database)) return;
      failing.add(database);
      logger.warn("the release could not be recorded: a migration may take from it what it uses", {
        release,
        database,
        error: toError(thrown),
        hint: "`shaperail migrate` or `shaperail releases record` makes the table shaperail_releases; the server's user must be allowed to write it.",
      });
    }
  };

  const announce = async (): Promise<void> => {
    const release = await (described ??= describeRelease(project));
    await Promise.all([...release.contracts.keys()].map((database) => announceTo(database, release)));
    // A process that has nothing else to do must be able to end.
    if (!isClosed) timer = setTimeout(run, intervalMs).unref();
  };
  const run = (): void => {
    announce().catch((error: unknown) => logger.warn("the release could not be recorded", { error: toError(error) }));
  };
  run();
  return closeable(async () => {
    isClosed = true;
    clearTimeout(timer);
  });
}
