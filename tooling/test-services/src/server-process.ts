import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunAs } from "./temporary-directory.ts";

/** How {@link spawnServer} starts a server. */
export interface ServerProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The server's own directory: its working directory, and what is removed when this process dies without closing. */
  readonly directory: string;
  /** Receives standard output and standard error, appended. */
  readonly logFile: string;
  /** The user to run as. @default the current one */
  readonly runAs?: RunAs;
}

/** A running server. */
export interface ServerProcess {
  readonly pid: number;
  /** False once it has exited. */
  isRunning(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when `isReady` does with true; rejects with the end of the log when the server exits or time is up. */
  waitUntilReady(isReady: () => Promise<boolean>, timeoutMs?: number): Promise<void>;
  /** Sends `signal` and waits; after `timeoutMs` kills. Does nothing when it has exited. */
  stop(signal: NodeJS.Signals, timeoutMs?: number): Promise<void>;
}

// Reads until its standard input says "done" or ends. It ends without "done" only when the test process died:
// then nobody else is left to stop the server and remove its directory.
const GUARD =
  'read -r line; [ "$line" = done ] || { kill -INT "$1"; kill -CONT "$1"; sleep 1; kill -KILL "$1"; rm -rf "$2"; } 2>/dev/null';

function spawnGuard(pid: number, directory: string): { dismiss(): void } {
  const guard = spawn("sh", ["-c", GUARD, "guard", String(pid), directory], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    cwd: "/",
  });
  guard.stdin.on("error", () => {}); // The guard may be gone already; then there is nothing to dismiss.
  guard.on("error", () => {}); // No `sh`: the server still runs and is still closed by its owner.
  guard.unref();
  return { dismiss: () => void guard.stdin.end("done\n") };
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function endOfLog(logFile: string): Promise<string> {
  const log = await readFile(logFile, "utf8").catch(() => "");
  return log.trimEnd().split("\n").slice(-15).join("\n");
}

/** Starts a server that logs to a file, is stopped by process id, and does not outlive this process. */
export async function spawnServer(options: ServerProcessOptions): Promise<ServerProcess> {
  const { command, args, directory, logFile, runAs = {} } = options;
  const log = openSync(logFile, "a");
  const child = spawn(command, args, { cwd: directory, stdio: ["ignore", log, log], ...runAs });
  closeSync(log);
  await once(child, "spawn");
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${command} has no process id.`);
  const guard = spawnGuard(pid, directory);
  child.once("exit", () => guard.dismiss());
  // A server that nobody closes must not keep the test process alive; the guard ends it.
  child.unref();

  return {
    pid,
    isRunning: () => !hasExited(child),
    signal: (signal) => void child.kill(signal),
    async waitUntilReady(isReady, timeoutMs = 30_000) {
      const deadline = Date.now() + timeoutMs;
      while (!(await isReady())) {
        const reason = hasExited(child) ? "exited while starting" : `was not ready after ${timeoutMs} ms`;
        if (hasExited(child) || Date.now() > deadline) {
          throw new Error(`${command} ${reason}:\n${await endOfLog(logFile)}`);
        }
        await sleep(10);
      }
    },
    async stop(signal, timeoutMs = 10_000) {
      if (hasExited(child)) return;
      child.ref();
      const exited = once(child, "exit");
      const killer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
      child.kill(signal);
      child.kill("SIGCONT"); // A paused process would not see the signal.
      await exited;
      clearTimeout(killer);
    },
  };
}
