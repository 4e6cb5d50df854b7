import { HttpError, type Route, send } from "@shaperail/http";
import type { Metrics, MetricsSnapshot } from "@shaperail/metrics";
import type { WorkerLink } from "../workers/worker-link.ts";

/** `/metrics`: the page Prometheus reads. Of an application in several processes any of them answers for all. */
export function metricsRoute(metrics: Metrics, worker?: Pick<WorkerLink, "collectMetrics">): Route {
  return {
    method: "GET",
    path: "/metrics",
    async handle(exchange) {
      const snapshot = worker && (await collect(worker));
      const { contentType, body } = await metrics.render(exchange.request.headers.accept, snapshot);
      send(exchange, { status: 200, contentType, body, headers: { "Cache-Control": "no-store" } });
    },
  };
}

/** No page is better than that of one process: sums would fall, which Prometheus takes for a start from 0. */
async function collect(worker: Pick<WorkerLink, "collectMetrics">): Promise<MetricsSnapshot> {
  try {
    return await worker.collectMetrics();
  } catch (cause) {
    throw new HttpError("The processes of this application cannot be asked at the moment.", {
      code: "SERVICE_UNAVAILABLE",
      cause,
    });
  }
}
