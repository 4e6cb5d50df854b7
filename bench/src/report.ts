import type { StartUp } from "./start-up.ts";
import type { Spread } from "./statistics.ts";
import type { SummaryRow } from "./summary.ts";

/** The results as a Markdown table, ready for the README. */
export function toTable(rows: readonly SummaryRow[], baselines: readonly string[]): string {
  const head = [
    "workload",
    "server",
    "req/s",
    "p50 ms",
    "p99 ms",
    "CPU µs/req",
    ...baselines.map((name) => `÷ ${name}`),
  ];
  const body = rows.map(({ workload, server, requestsPerSecond, p50Ms, p99Ms, cpuUs, ratios }) => [
    workload,
    server,
    String(Math.round(requestsPerSecond)),
    p50Ms.toFixed(2),
    p99Ms.toFixed(2),
    cpuUs === undefined ? "" : cpuUs.toFixed(0),
    ...baselines.map((name) => (name === server ? "1" : ratio(ratios[name]))),
  ]);
  return markdown(head, body);
}

export function startUpTable(startUps: readonly StartUp[]): string {
  const body = startUps.map(({ server, startMs: { median, min, max }, idle }) => [
    server,
    `${median.toFixed(0)} (${min.toFixed(0)}–${max.toFixed(0)})`,
    idle.resident.toFixed(0),
    idle.private?.toFixed(0) ?? "",
  ]);
  return markdown(["server", "start to /health, ms", "idle memory, MiB", "of it private"], body);
}

function ratio(value: Spread | undefined): string {
  if (value === undefined) return "";
  return `${value.median.toFixed(2)} (${value.min.toFixed(2)}–${value.max.toFixed(2)})`;
}

function markdown(head: readonly string[], body: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...body];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
