// `npm run bench`: drives the example and hand-written servers in turn, and prints how they compare.
import { execFileSync } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { startRedis } from "@shaperail/test-services";
import type { BenchServer } from "./bench-server.ts";
import { openBenchDatabase } from "./database.ts";
import { autocannonLoad } from "./load/autocannon.ts";
import { isWrkInstalled, wrk } from "./load/wrk.ts";
import { type Measurement, measure } from "./measure.ts";
import { type Options, parseOptions } from "./options.ts";
import { startUpTable, toTable } from "./report.ts";
import { ROOT } from "./repository.ts";
import { launch } from "./server.ts";
import { measureStartUp } from "./start-up.ts";
import { type SummaryRow, summarize } from "./summary.ts";
import { workloads } from "./workload.ts";

/** What the ratios are against: plain, with the same techniques, for what a feature costs ourselves without it, and for what a cache gives. */
const BASELINES = ["plain-raw", "tuned-raw", "shaperail", "redis-raw", "shaperail-near /health"];

// By itself a signal would end this process without its `exit` listeners, which end the servers.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
await main(parseOptions(process.argv.slice(2)));

async function main(options: Options): Promise<void> {
  const { rounds, seconds, rows, source, json } = options;
  if (!source) execFileSync("turbo", ["run", "build", "--output-logs=errors-only"], { cwd: ROOT, stdio: "inherit" });
  const servers = await selectServers(options);
  const generator = isWrkInstalled() ? wrk : autocannonLoad;
  await using database = await openBenchDatabase({ rows, source });
  await using redis = await startRedis();
  const environment = `Node ${process.versions.node}, PostgreSQL ${database.version} (durable), ${cpus().length} × ${cpus()[0]?.model ?? "CPU"}, ${generator.name}, 32 connections, ${rows} posts, ${rounds} rounds of ${seconds} s`;
  console.error(environment);

  const startUps =
    options.starts === 0
      ? []
      : await measureStartUp(servers, { ...options, databaseUrl: database.url, redisUrl: redis.url });
  const measurements = await measureAll(servers, { options, database, redisUrl: redis.url, generator });
  const summary = summarize(measurements, BASELINES);
  console.log(`\n${environment}\n\n${toTable(summary, BASELINES)}`);
  if (startUps.length > 0) console.log(startUpTable(startUps));
  if (json !== undefined)
    await writeFile(json, `${JSON.stringify({ environment, startUps, summary, measurements }, null, 2)}\n`);
  checkFloors(summary, options);
}

interface Parts {
  readonly options: Options;
  readonly database: Awaited<ReturnType<typeof openBenchDatabase>>;
  readonly redisUrl: string;
  readonly generator: typeof wrk;
}

async function measureAll(
  servers: readonly BenchServer[],
  { options, database, redisUrl, generator }: Parts,
): Promise<Measurement[]> {
  const { cpuProfile, only, rounds, seconds, source } = options;
  const nodeArgs = cpuProfile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${cpuProfile}`];
  await using stack = new AsyncDisposableStack();
  const running = [];
  for (const server of servers)
    running.push(stack.use(await launch(server, { databaseUrl: database.url, redisUrl, source, nodeArgs })));
  const measurements: Measurement[] = [];
  for (const workload of workloads(database)) {
    if (only.length > 0 && !only.includes(workload.name)) continue;
    const onProgress = (text: string): void => console.error(text);
    measurements.push(...(await measure(running, workload, { database, generator, rounds, seconds, onProgress })));
  }
  return measurements;
}

/** Every file of `servers/`, the baseline first. */
async function selectServers({ servers: names }: Options): Promise<BenchServer[]> {
  const files = (await readdir(new URL("servers/", import.meta.url))).toSorted();
  const modules = await Promise.all(
    files.map((file) => import(`./servers/${file}`) as Promise<{ server: BenchServer }>),
  );
  const all = modules.map(({ server }) => server).toSorted((one, other) => rank(one) - rank(other));
  return all.filter(({ name }) => names.length === 0 || names.includes(name) || name === BASELINES[0]);
}

function rank({ name }: BenchServer): number {
  return BASELINES.includes(name) ? BASELINES.indexOf(name) : BASELINES.length;
}

function checkFloors(summary: readonly SummaryRow[], { floors }: Options): void {
  for (const { workload, server, ratios } of summary) {
    const floor = floors.get(workload);
    const reached = ratios[BASELINES[0] ?? ""]?.median;
    if (server !== "shaperail" || floor === undefined || reached === undefined || reached >= floor) continue;
    console.error(`${workload}: the ratio ${reached.toFixed(2)} is below ${floor}.`);
    process.exitCode = 1;
  }
}
