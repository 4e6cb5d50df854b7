import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Closeable, closeable } from "@shaperail/core";
import { withFreePort } from "./free-port.ts";
import { spawnServer } from "./server-process.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const MISSING = "The tests need Prometheus and promtool: install the package prometheus.";

/** What {@link startPrometheus} scrapes and evaluates. */
export interface PrometheusOptions {
  /** `host:port` of what serves `/metrics`; scraped as the job `shaperail`. */
  readonly targets: readonly string[];
  /** Alert rules, as YAML. @default none */
  readonly rules?: string;
  /** Time between two scrapes and two evaluations, in milliseconds. @default 200 */
  readonly intervalMs?: number;
}

/** One series of an answer, with its value now. */
export interface PrometheusSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A Prometheus of one's own. */
export interface PrometheusServer extends Closeable {
  readonly url: string;
  /** Evaluates an expression now; rejects when it is not valid. */
  query(expression: string): Promise<readonly PrometheusSample[]>;
  /** Names of the alerts that fire now. */
  firing(): Promise<readonly string[]>;
}

/** Runs promtool, installing it first where that is possible; resolves with what it says when it is content, throws when it is not. */
export function promtool(args: readonly string[], input = ""): string {
  ensurePrometheus();
  const { status, stdout, stderr } = spawnSync("promtool", args, { input, encoding: "utf8", timeout: 60_000 });
  if (status !== 0) throw new Error(`promtool ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return stdout + stderr;
}

/** Starts Prometheus on a free port of 127.0.0.1, with its data in a temporary directory. */
export async function startPrometheus({
  targets,
  rules = "groups: []",
  intervalMs = 200,
}: PrometheusOptions): Promise<PrometheusServer> {
  ensurePrometheus();
  const directory = await temporaryDirectory("prometheus");
  const file = (name: string): string => join(directory.path, name);
  const config = {
    global: {
      scrape_interval: `${intervalMs}ms`,
      scrape_timeout: `${intervalMs}ms`,
      evaluation_interval: `${intervalMs}ms`,
    },
    rule_files: [file("rules.yml")],
    scrape_configs: [{ job_name: "shaperail", static_configs: [{ targets }] }],
  };
  // JSON is YAML.
  await writeFile(file("prometheus.yml"), JSON.stringify(config));
  await writeFile(file("rules.yml"), rules);
  const [port, server] = await withFreePort(async (free) => {
    const launched = await spawnServer({
      command: "prometheus",
      args: [
        `--config.file=${file("prometheus.yml")}`,
        `--storage.tsdb.path=${file("data")}`,
        `--web.listen-address=127.0.0.1:${free}`,
      ],
      directory: directory.path,
      logFile: file("prometheus.log"),
    });
    await launched.waitUntilReady(() => isReady(free));
    return [free, launched] as const;
  });
  const url = `http://127.0.0.1:${port}`;
  const ask = async (path: string): Promise<ApiAnswer> => {
    const response = await fetch(`${url}/api/v1/${path}`, { signal: AbortSignal.timeout(10_000) });
    const answer = (await response.json()) as ApiAnswer;
    if (answer.status !== "success") throw new Error(`Prometheus: ${answer.error}`);
    return answer;
  };
  return {
    url,
    async query(expression) {
      const { data } = await ask(`query?${new URLSearchParams({ query: expression }).toString()}`);
      return (data.result ?? []).map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async firing() {
      const { data } = await ask("alerts");
      return (data.alerts ?? [])
        .filter(({ state }) => state === "firing")
        .map(({ labels }) => labels["alertname"] ?? "");
    },
    ...closeable(async () => {
      await server.stop("SIGTERM");
      await directory.close();
    }),
  };
}

interface ApiAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result?: readonly { readonly metric: Record<string, string>; readonly value: readonly [number, string] }[];
    readonly alerts?: readonly { readonly state: string; readonly labels: Record<string, string> }[];
  };
}

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => undefined);
  return answer?.ok === true;
}

function ensurePrometheus(): void {
  if (isInstalled() || (install() && isInstalled())) return;
  throw new Error(MISSING);
}

function isInstalled(): boolean {
  return spawnSync("sh", ["-c", "command -v prometheus && command -v promtool"], { timeout: 10_000 }).status === 0;
}

function install(): boolean {
  const aptGet = (...args: readonly string[]): boolean =>
    spawnSync("env", ["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", ...args], { timeout: 300_000 }).status === 0;
  return (
    process.getuid?.() === 0 && aptGet("update") && aptGet("install", "--yes", "--no-install-recommends", "prometheus")
  );
}
