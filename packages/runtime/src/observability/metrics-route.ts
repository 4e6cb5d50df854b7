import { type Route, send } from "@shaperail/http";
import type { Metrics } from "@shaperail/metrics";

/** `/metrics`: the page Prometheus reads. */
export function metricsRoute(metrics: Metrics): Route {
  return {
    method: "GET",
    path: "/metrics",
    async handle(exchange) {
      const { contentType, body } = await metrics.render(exchange.request.headers.accept);
      send(exchange, { status: 200, contentType, body, headers: { "Cache-Control": "no-store" } });
    },
  };
}
