import { setTimeout as sleep } from "node:timers/promises";
import { checkAnswers } from "./check-answers.ts";
import type { BenchDatabase } from "./database.ts";
import type { LoadGenerator, LoadResult } from "./load/load.ts";
import { cpuSeconds } from "./process-usage.ts";
import type { RunningServer } from "./server.ts";
import type { Workload } from "./workload.ts";

/** One server measured once with one workload. */
export interface Measurement extends LoadResult {
  readonly workload: string;
  readonly server: string;
  /** From 1. */
  readonly round: number;
  /** CPU time of the server's process per request, in microseconds; undefined where it cannot be read. */
  readonly cpuUs: number | undefined;
}

export interface MeasureOptions {
  readonly database: BenchDatabase;
  readonly generator: LoadGenerator;
  readonly rounds: number;
  readonly seconds: number;
  readonly onProgress: (text: string) => void;
}

const CONNECTIONS = 32;
const WARM_UP_SECONDS = 2;
/** For what the measurement before has left to the kernel and to PostgreSQL. */
const PAUSE_MS = 300;

/** Measures the servers in turn, in every round beginning with another one. */
export async function measure(
  servers: readonly RunningServer[],
  workload: Workload,
  { database, generator, rounds, seconds, onProgress }: MeasureOptions,
): Promise<Measurement[]> {
  await checkAnswers(servers, { workload, id: database.postIds[0] ?? "" });
  const load = async ({ url }: RunningServer, seconds: number): Promise<LoadResult> => {
    if (workload.writes) await database.reset();
    await sleep(PAUSE_MS);
    const unique = crypto.randomUUID();
    return generator.measure({ url, workload, seconds, connections: CONNECTIONS, ids: database.postIds, unique });
  };
  for (const server of servers) await load(server, Math.min(seconds, WARM_UP_SECONDS));

  const measurements: Measurement[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const turn = round % servers.length;
    for (const running of [...servers.slice(turn), ...servers.slice(0, turn)]) {
      const before = cpuSeconds(running.pid);
      const result = await load(running, seconds);
      const after = cpuSeconds(running.pid);
      const cpuUs =
        before === undefined || after === undefined ? undefined : ((after - before) * 1e6) / result.requests;
      measurements.push({ workload: workload.name, server: running.server.name, round, ...result, cpuUs });
      onProgress(
        `${workload.name} ${round}/${rounds} ${running.server.name}: ${Math.round(result.requestsPerSecond)}/s`,
      );
    }
  }
  if (workload.writes) await database.reset();
  return measurements;
}
