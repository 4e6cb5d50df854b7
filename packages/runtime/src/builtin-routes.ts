import { type Exchange, type Route, send } from "@shaperail/http";
import type { Health, HealthAnswer } from "@shaperail/health";

const JSON_TYPE = "application/json; charset=utf-8";
// A probe asks about now; an answer from a cache in between would be a lie.
const NO_STORE = Object.freeze({ "Cache-Control": "no-store" });

/** `/health` and `/health/ready`. */
export function healthRoutes(health: Health): readonly Route[] {
  const answer = (exchange: Exchange, { status, body }: HealthAnswer): void =>
    send(exchange, { status, contentType: JSON_TYPE, body: JSON.stringify(body), headers: NO_STORE });
  return [
    { method: "GET", path: "/health", handle: (exchange) => answer(exchange, health.live()) },
    { method: "GET", path: "/health/ready", handle: async (exchange) => answer(exchange, await health.ready()) },
  ];
}
