import { setTimeout as sleep } from "node:timers/promises";
import type { BenchServer } from "./bench-server.ts";
import { type Memory, memoryOf } from "./process-usage.ts";
import { launch, type LaunchOptions } from "./server.ts";
import { type Spread, spread } from "./statistics.ts";

/** What a server costs before its first request. */
export interface StartUp {
  readonly server: string;
  /** From the start of the process to the first answer 200 of `/health`, in milliseconds. */
  readonly startMs: Spread;
  /** Five seconds after the start, without a request but those to `/health`. */
  readonly idle: Memory;
}

const IDLE_MS = 5_000;

export interface StartUpOptions extends LaunchOptions {
  readonly starts: number;
}

/** Starts the servers in turn, one at a time. */
export async function measureStartUp(
  servers: readonly BenchServer[],
  { starts, ...options }: StartUpOptions,
): Promise<StartUp[]> {
  const times = new Map<BenchServer, number[]>(servers.map((server) => [server, []]));
  for (let start = 0; start < starts; start += 1) {
    for (const server of servers) {
      await using running = await launch(server, options);
      times.get(server)?.push(running.startMs);
    }
  }
  const found: StartUp[] = [];
  for (const server of servers) {
    await using running = await launch(server, options);
    await sleep(IDLE_MS);
    found.push({ server: server.name, startMs: spread(times.get(server) ?? []), idle: memoryOf(running.pid) });
  }
  return found;
}
