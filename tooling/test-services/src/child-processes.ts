import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Process ids of the direct children of `pid`. Linux tells through /proc; elsewhere `ps` does. */
export function childProcesses(pid: number): number[] {
  return (process.platform === "linux" ? fromProc(pid) : fromPs(pid)).filter((child) => child > 0);
}

function fromProc(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(/\s+/).map(Number);
  } catch {
    return []; // The process is gone, and so are its children.
  }
}

function fromPs(pid: number): number[] {
  const rows = execFileSync("ps", ["-axo", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  return rows
    .map((row) => row.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child = 0]) => child);
}

/** Sends `signal` to every process that still exists. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // Exited in the meantime: what was wanted, or nothing to pause.
    }
  }
}
