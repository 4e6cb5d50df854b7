import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SERVER_ENVIRONMENT } from "./cluster.ts";
import { createLease, type Lease } from "./lease.ts";
import { readLockFile } from "./lock-file.ts";
import type { RunAs } from "./run-as.ts";

export interface LaunchOptions {
  readonly home: string;
  readonly postgres: string;
  readonly dataDirectory: string;
  readonly port: number;
  readonly runAs: RunAs;
}

export type Launched = { readonly pipe: string } & (
  | { readonly outcome: "ready"; readonly lease: Lease; readonly pid: number }
  /** Another server has the data directory. */
  | { readonly outcome: "taken" }
  | { readonly outcome: "port-in-use" }
  | { readonly outcome: "failed"; readonly log: string }
);

/**
 * The shell becomes the server, and leaves behind a guard that stops it when nobody holds a lease any more: politely
 * first, and after ten seconds without finishing connections. `$$` is the server's process id, also in the guard, and
 * `$3` its data directory. The lock file tells more than the process: nobody may be there to reap it.
 */
const SCRIPT = `exec 3<&0 </dev/null
(
  cat <&3
  kill -INT $$
  for i in $(seq 200); do kill -0 $$ && [ -e "$3/postmaster.pid" ] || exit 0; sleep 0.05; done
  kill -QUIT $$
) >/dev/null 2>&1 &
exec "$@" 3<&-`;

const SETTINGS = { listen_addresses: "127.0.0.1", unix_socket_directories: "" };
/** The second: what a killed server's own children still hold, until they notice. */
const TAKEN = /lock file "postmaster\.pid" already exists|pre-existing shared memory block/;
const LOG_LIMIT_BYTES = 4 * 1024 * 1024;
const START_TIMEOUT_MS = 60_000;

/** Starts the server in a process group of its own, so that Ctrl-C in a terminal does not reach it. */
export async function launch({ home, postgres, dataDirectory, port, runAs }: LaunchOptions): Promise<Launched> {
  const pipe = join(home, `lease-${randomBytes(6).toString("hex")}`);
  const { lease, reader } = createLease(pipe);
  const logFile = join(home, "postgres.log");
  const log = openSync(logFile, isLarge(logFile) ? "w" : "a");
  const logStart = statSync(logFile).size;
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn("sh", ["-c", SCRIPT, "sh", postgres, "-D", dataDirectory, "-p", String(port), ...settings], {
    ...runAs,
    cwd: "/",
    env: SERVER_ENVIRONMENT,
    detached: true,
    stdio: [reader, log, log],
  });
  closeSync(reader);
  closeSync(log);
  child.unref();
  const pid = await isReady(child, dataDirectory);
  if (pid !== undefined) return { pipe, outcome: "ready", lease, pid };
  lease.release();
  const written = (await readFile(logFile, "utf8")).slice(logStart);
  if (TAKEN.test(written)) return { pipe, outcome: "taken" };
  if (written.includes("could not bind")) return { pipe, outcome: "port-in-use" };
  return { pipe, outcome: "failed", log: written.trimEnd().split("\n").slice(-8).join("\n") };
}

/** The process id when the server accepts connections; undefined when it has ended or takes too long. */
async function isReady(child: ChildProcess, dataDirectory: string): Promise<number | undefined> {
  let ended = false;
  child.once("exit", () => (ended = true)).once("error", () => (ended = true));
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!ended && Date.now() < deadline) {
    const lock = await readLockFile(dataDirectory);
    if (lock !== undefined && lock.pid === child.pid && lock.state === "ready") return lock.pid;
    await sleep(10);
  }
  return undefined;
}

function isLarge(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES;
}
