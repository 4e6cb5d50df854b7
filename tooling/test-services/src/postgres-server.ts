import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Closeable, closeable } from "@shaperail/core";
import { childProcesses, signalAll } from "./child-processes.ts";
import { type CreateDatabaseOptions, createDatabase, type TestDatabase } from "./database.ts";
import { withFreePort } from "./free-port.ts";
import { postgresUser, reachableBinaries } from "./postgres-binaries.ts";
import { type ServerProcess, spawnServer } from "./server-process.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** A PostgreSQL 18 of one's own, for tests that stop, pause or kill it. */
export interface PostgresServer extends Closeable {
  /** Connection string of its `postgres` database. */
  readonly url: string;
  readonly port: number;
  /** Process id of the postmaster; another one after `start()`. */
  readonly pid: number;
  readonly dataDir: string;
  readonly logFile: string;
  createDatabase(options?: CreateDatabaseOptions): Promise<TestDatabase>;
  /** Stops every process of the server in its tracks: connections stay open and nothing answers. */
  pause(): void;
  /** Undoes {@link PostgresServer.pause}. */
  resume(): void;
  /** `fast` ends sessions and shuts down, `immediate` leaves recovery to the next start, `kill` is a power cut. */
  stop(mode?: "fast" | "immediate" | "kill"): Promise<void>;
  /** Starts it again after `stop()`, on the same port with the same data. */
  start(): Promise<void>;
}

/** What kind of server {@link startPostgres} starts. */
export interface PostgresOptions {
  /** Server settings, as in postgresql.conf: `{ max_connections: 5 }`. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** Writes reach the disk before they are acknowledged, as in production. @default false */
  readonly durable?: boolean;
}

const STOP_SIGNAL = { fast: "SIGINT", immediate: "SIGQUIT", kill: "SIGKILL" } as const;
const UNSAFE_BUT_QUICK = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
const INITDB_FLAGS = [
  "--no-sync",
  "--no-instructions",
  "--auth=trust",
  "--username=postgres",
  "--encoding=UTF8",
  // The built-in provider sorts and folds case the same way on every machine.
  "--locale=C",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
];

/** Starts a PostgreSQL 18 on a free port of 127.0.0.1, in a temporary directory. */
export async function startPostgres({ settings = {}, durable = false }: PostgresOptions = {}): Promise<PostgresServer> {
  const runAs = postgresUser();
  const directory = await temporaryDirectory("postgres", runAs);
  const dataDir = join(directory.path, "data");
  const logFile = join(directory.path, "postgres.log");
  const allSettings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    ...(durable ? {} : UNSAFE_BUT_QUICK),
    ...settings,
  };
  const flags = Object.entries(allSettings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);

  const launch = async (binary: string, port: number): Promise<ServerProcess> => {
    const args = ["-D", dataDir, "-p", String(port), ...flags];
    const server = await spawnServer({ command: binary, args, directory: directory.path, logFile, runAs });
    await server
      .waitUntilReady(() => isReady(dataDir, server.pid))
      .catch(async (error: unknown) => {
        await server.stop("SIGKILL");
        throw error;
      });
    return server;
  };

  try {
    const { initdb, postgres } = await reachableBinaries(runAs, directory.path);
    await promisify(execFile)(initdb, [`--pgdata=${dataDir}`, ...INITDB_FLAGS], {
      ...runAs,
      cwd: "/",
      timeout: 60_000,
    });
    const [port, first] = await withFreePort(async (port) => [port, await launch(postgres, port)] as const);
    return toHandle({ first, port, dataDir, logFile, launch: () => launch(postgres, port), release: directory.close });
  } catch (error) {
    await directory.close();
    throw error;
  }
}

interface Parts {
  readonly first: ServerProcess;
  readonly port: number;
  readonly dataDir: string;
  readonly logFile: string;
  readonly launch: () => Promise<ServerProcess>;
  readonly release: () => Promise<void>;
}

function toHandle({ first, port, dataDir, logFile, launch, release }: Parts): PostgresServer {
  let server = first;
  // A password in the URL although the server trusts everyone: code under test must keep it out of its logs.
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  const family = (): number[] => [server.pid, ...childProcesses(server.pid)];
  const resume = (): void => (server.isRunning() ? signalAll(family(), "SIGCONT") : undefined);
  return {
    url,
    port,
    dataDir,
    logFile,
    get pid() {
      return server.pid;
    },
    createDatabase: (options) => createDatabase(url, options),
    pause: () => signalAll(family(), "SIGSTOP"),
    resume,
    async stop(mode = "fast") {
      resume();
      const orphans = mode === "kill" ? childProcesses(server.pid) : [];
      await server.stop(STOP_SIGNAL[mode]);
      // Left alone they would notice after a while, and the next start would find the shared memory still in use.
      signalAll(orphans, "SIGKILL");
    },
    async start() {
      if (!server.isRunning()) server = await launch();
    },
    ...closeable(async () => {
      resume();
      await server.stop("SIGINT");
      await release();
    }),
  };
}

/** The postmaster writes its state into the eighth line of its lock file; asking it would cost a connection. */
async function isReady(dataDir: string, pid: number): Promise<boolean> {
  const lines = (await readFile(join(dataDir, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
  // A standby says so instead, once it answers reads.
  return lines[0] === String(pid) && ["ready", "standby"].includes(lines[7]?.trim() ?? "");
}
