import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Closeable, closeable } from "@shaperail/core";
import { CliError } from "../errors.ts";
import { findBinaries } from "./binaries.ts";
import { openCluster } from "./cluster.ts";
import { freePort } from "./free-port.ts";
import { openHome, SHARED_DIRECTORY } from "./home.ts";
import { launch, type LaunchOptions } from "./launch.ts";
import { joinLease, type Lease } from "./lease.ts";
import { isPostgres, readLockFile, removeStaleLockFile } from "./lock-file.ts";
import { postgresUser } from "./run-as.ts";
import { readServerFile, writeServerFile } from "./server-file.ts";

/** A PostgreSQL 18 that belongs to a project. It runs while anybody holds it. */
export interface EmbeddedPostgres extends Closeable {
  readonly url: string;
  /** False when another command had started it. */
  readonly started: boolean;
  /** Directory of its files: data, log, password. */
  readonly home: string;
}

export interface EmbeddedPostgresOptions {
  /** Root of the project. */
  readonly directory: string;
  /** For root only: where to keep what the server's user cannot reach below `directory`. @default "/var/lib/shaperail" */
  readonly sharedDirectory?: string;
}

interface Running {
  readonly lease: Lease;
  readonly port: number;
  readonly started: boolean;
}

const PATIENCE_MS = 60_000;

/**
 * Joins the project's running PostgreSQL, or starts it. It listens on 127.0.0.1 and wants a random password; it stops
 * when the last process that holds it has closed it or died.
 *
 * @throws {@link CliError} `CLI_EMBEDDED_POSTGRES_FAILED`
 */
export async function openEmbeddedPostgres({
  directory,
  sharedDirectory = SHARED_DIRECTORY,
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const runAs = postgresUser();
  const home = await openHome({ directory, runAs, sharedDirectory });
  const { initdb, postgres } = await findBinaries(runAs, sharedDirectory);
  const { dataDirectory, password } = await openCluster({ home, initdb, runAs });
  const { lease, port, started } = await joinOrStart({ home, postgres, dataDirectory, runAs });
  return {
    url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
    started,
    home,
    ...closeable(async () => {
      const { pid } = (await readLockFile(dataDirectory)) ?? {};
      lease.release();
      if (pid !== undefined) await waitForStop(dataDirectory, pid);
    }),
  };
}

async function joinOrStart(options: Omit<LaunchOptions, "port">): Promise<Running> {
  const deadline = Date.now() + PATIENCE_MS;
  let port = (await readServerFile(options.home))?.port ?? (await freePort());
  while (Date.now() < deadline) {
    const joined = await join(options);
    if (joined !== undefined) return joined;
    const launched = await launch({ ...options, port });
    if (launched.outcome === "ready") {
      const { lease, pid, pipe } = launched;
      await writeServerFile(options.home, { pid, port, pipe });
      return { lease, port, started: true };
    }
    if (launched.outcome === "failed") throw failed(`PostgreSQL did not start:\n${launched.log}`);
    if (launched.outcome === "port-in-use") port = await freePort();
    else await makeWay(options);
    await rm(launched.pipe, { force: true });
  }
  throw failed(`PostgreSQL in ${options.home} neither runs nor stops.`);
}

/** A lease on the running server; undefined when there is none, or when it is about to stop. */
async function join({ home, dataDirectory }: Omit<LaunchOptions, "port">): Promise<Running | undefined> {
  const server = await readServerFile(home);
  const lease = server === undefined ? undefined : joinLease(server.pipe);
  if (server === undefined || lease === undefined) return undefined;
  const lock = await readLockFile(dataDirectory);
  if (lock?.pid === server.pid && lock.state === "ready" && isPostgres(lock.pid) && lease.isHeld()) {
    return { lease, port: server.port, started: false };
  }
  lease.release();
  return undefined;
}

/** Somebody has the data directory: one who is starting it now, a server that is stopping, or a dead one's lock file. */
async function makeWay({ home, dataDirectory }: Omit<LaunchOptions, "port">): Promise<void> {
  const lock = await readLockFile(dataDirectory);
  if (lock === undefined) return;
  removeStaleLockFile(dataDirectory, lock);
  const server = await readServerFile(home);
  const isOrphan = server?.pid === lock.pid && isPostgres(lock.pid) && joinLease(server.pipe) === undefined;
  if (isOrphan) process.kill(lock.pid, "SIGINT");
  await sleep(100);
}

const NOTICE_MS = 300;
const STOP_MS = 15_000;

/** Waits for the server's end, unless it goes on for somebody else. */
async function waitForStop(dataDirectory: string, pid: number): Promise<void> {
  const releasedAt = Date.now();
  for (;;) {
    const lock = await readLockFile(dataDirectory);
    if (lock?.pid !== pid) return;
    const limit = lock.state === "ready" ? NOTICE_MS : STOP_MS;
    if (Date.now() - releasedAt > limit) return;
    await sleep(20);
  }
}

function failed(message: string): CliError {
  return new CliError(message, {
    code: "CLI_EMBEDDED_POSTGRES_FAILED",
    hint: "Set DATABASE_URL to a PostgreSQL of your own, in `.env` for example.",
  });
}
