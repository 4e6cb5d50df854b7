import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What the running server says about itself in its lock file. */
export interface LockFile {
  readonly pid: number;
  readonly port: number;
  /** `starting`, `ready`, `stopping`. */
  readonly state: string;
}

/** The server's lock file; undefined when there is none. It may be left over from a server that was killed. */
export async function readLockFile(dataDirectory: string): Promise<LockFile | undefined> {
  const text = await readFile(lockFileIn(dataDirectory), "utf8").catch(() => "");
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  return pid > 0 ? { pid, port: Number(lines[3]), state: lines[7]?.trim() ?? "starting" } : undefined;
}

/**
 * Removes a lock file whose process is gone or is something else by now.
 *
 * PostgreSQL takes any living process with that number for its predecessor, and in a container numbers repeat soon.
 */
export function removeStaleLockFile(dataDirectory: string, { pid }: LockFile): void {
  if (!isPostgres(pid)) rmSync(lockFileIn(dataDirectory), { force: true });
}

/** True when the process runs PostgreSQL. One that has ended and was not waited for does not. */
export function isPostgres(pid: number): boolean {
  try {
    if (process.platform === "linux") return /^\d+ \(postgres\) [^ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
    const [state = "", name = ""] = execFileSync("ps", ["-o", "stat=,comm=", "-p", String(pid)], { encoding: "utf8" })
      .trim()
      .split(/\s+/, 2);
    return name.includes("postgres") && !state.startsWith("Z");
  } catch {
    return false;
  }
}

function lockFileIn(dataDirectory: string): string {
  return join(dataDirectory, "postmaster.pid");
}
