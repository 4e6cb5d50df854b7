import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Closeable, closeable } from "@shaperail/core";
import { freePort } from "@shaperail/test-services";
import type { BenchServer } from "./bench-server.ts";

export interface RunningServer extends Closeable {
  readonly server: BenchServer;
  readonly url: string;
  readonly pid: number;
  /** From the start of the process to the first answer 200 of `/health`, in milliseconds. */
  readonly startMs: number;
}

export interface LaunchOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly source: boolean;
  /** Further arguments of Node. */
  readonly nodeArgs?: readonly string[];
}

const POOL_SIZE = 10;
const START_TIMEOUT_MS = 30_000;

/** Starts a server in a process of its own; what it writes to standard output goes to /dev/null. */
export async function launch(
  server: BenchServer,
  { databaseUrl, redisUrl, source, nodeArgs = [] }: LaunchOptions,
): Promise<RunningServer> {
  const port = await freePort();
  const { args, env = {}, directory } = server.command({ port, poolSize: POOL_SIZE, source, redisUrl });
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...nodeArgs, ...args], {
    cwd: directory,
    env: { DATABASE_URL: databaseUrl, PORT: String(port), POOL_SIZE: String(POOL_SIZE), ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  // However this process ends, a server does not outlive it.
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  const url = `http://127.0.0.1:${port}`;
  while (!(await isHealthy(url))) {
    if (child.exitCode !== null) throw new Error(`${server.name} ended with ${child.exitCode} while it started.`);
    if (performance.now() - startedAt > START_TIMEOUT_MS) throw new Error(`${server.name} did not start.`);
    await sleep(2);
  }
  const startMs = performance.now() - startedAt;
  return { server, url, pid: child.pid ?? 0, startMs, ...closeable(() => stop(child)) };
}

/** A plain request: fetch would load its own library first, which takes longer than some servers. */
function isHealthy(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    request(`${url}/health`, { agent: false }, (response) => resolve(response.resume().statusCode === 200))
      .on("error", () => resolve(false))
      .end();
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const killer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(killer);
}
