import { setTimeout as sleep } from "node:timers/promises";
import type { Registry } from "prom-client";
import { type Family, labelsText, type Sample } from "./family.ts";

/** What prom-client knows about the process: memory, processor time, event-loop lag, garbage collection, open files. */
export interface ProcessMetrics {
  collect(): Promise<readonly Family[]>;
}

/** Gauges of prom-client that are named like counters, which Prometheus warns about; `nodejs_active_resources` has the same. */
const MISNAMED: ReadonlySet<string> = new Set([
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
]);

/** Until the first reading of the event loop's delay is there. */
const FIRST_READING_MS = 30;

/**
 * Measures from the first time it is asked. prom-client takes 30 ms to load and 14 MB, which a service that nobody
 * scrapes need not pay.
 */
export function createProcessMetrics(): ProcessMetrics {
  let opening: Promise<Registry> | undefined;
  return {
    async collect() {
      const registry = await (opening ??= open());
      const metrics = await registry.getMetricsAsJSON();
      return metrics.filter(({ name }) => !MISNAMED.has(name)).map(toFamily);
    },
  };
}

async function open(): Promise<Registry> {
  const { collectDefaultMetrics, Registry: PromRegistry } = await import("prom-client");
  const registry = new PromRegistry();
  collectDefaultMetrics({ register: registry });
  await sleep(FIRST_READING_MS);
  return registry;
}

type PromMetric = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>[number];

const TYPES = ["counter", "gauge", "histogram", "summary"] as const;

function toFamily({ name, help, type, values }: PromMetric): Family {
  const samples = values.map((value): Sample => {
    // The type of prom-client leaves it out.
    const metricName = "metricName" in value ? String(value.metricName) : name;
    return { suffix: metricName.slice(name.length), labels: labelsText(definedOf(value.labels)), value: value.value };
  });
  const known = TYPES.find((one) => one === String(type)) ?? "gauge";
  return { name, help, type: known, merge: LARGEST.test(name) ? "max" : "sum", samples: () => samples };
}

/** Of several processes the slowest event loop counts, and the last start; memory and open files add up. */
const LARGEST = /^nodejs_eventloop_|_info$|^process_start_time_seconds$/;

function definedOf(labels: Readonly<Partial<Record<string, string | number>>>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
