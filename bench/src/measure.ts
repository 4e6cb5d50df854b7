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

/** A server with what it is asked for. */
interface Contender {
  readonly name: string;
  readonly running: RunningServer;
  readonly workload: Workload;
}

/** Measures the servers in turn, in every round beginning with another one. */
export async function measure(
  all: readonly RunningServer[],
  workload: Workload,
  { database, generator, rounds, seconds, onProgress }: MeasureOptions,
): Promise<Measurement[]> {
  const servers = all.filter(({ server: { name, special = false } }) => workload.servers?.includes(name) ?? !special);
  if (servers.length === 0) return [];
  const ids = database.postIds.slice(0, workload.hotPosts);
  await checkAnswers(servers, { workload, id: ids[0] ?? "" });
  const contenders = servers.flatMap((running) => contendersOf(running, workload));
  const load = async ({ running, workload: asked }: Contender, length: number): Promise<LoadResult> => {
    if (workload.writes) await database.reset();
    await sleep(PAUSE_MS);
    const unique = crypto.randomUUID();
    const target = { url: running.url, workload: asked, seconds: length, connections: CONNECTIONS, ids, unique };
    return generator.measure(target);
  };
  for (const contender of contenders) await load(contender, Math.min(seconds, WARM_UP_SECONDS));

  const measurements: Measurement[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const turn = round % contenders.length;
    for (const contender of [...contenders.slice(turn), ...contenders.slice(0, turn)]) {
      const { name, running } = contender;
      const before = cpuSeconds(running.pid);
      const result = await load(contender, seconds);
      const after = cpuSeconds(running.pid);
      const cpuUs =
        before === undefined || after === undefined ? undefined : ((after - before) * 1e6) / result.requests;
      measurements.push({ workload: workload.name, server: name, round, ...result, cpuUs });
      onProgress(`${workload.name} ${round}/${rounds} ${name}: ${Math.round(result.requestsPerSecond)}/s`);
    }
  }
  if (workload.writes) await database.reset();
  return measurements;
}

function contendersOf(running: RunningServer, workload: Workload): readonly Contender[] {
  const { name } = running.server;
  const itself = { name, running, workload };
  if (workload.besideHealthOf?.includes(name) !== true) return [itself];
  return [itself, { name: `${name} /health`, running, workload: { ...workload, path: "/health" } }];
}
