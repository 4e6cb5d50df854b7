import { readFile } from "node:fs/promises";
import { type Exchange, HttpError, type Route, send } from "@shaperail/http";
import type { Health, HealthAnswer } from "@shaperail/health";
import { describeApi } from "./describe-api.ts";
import type { Project } from "./load-project.ts";

const JSON_TYPE = "application/json; charset=utf-8";
// A probe asks about now; an answer from a cache in between would be a lie.
const NO_STORE = Object.freeze({ "Cache-Control": "no-store" });

/** `/health` and `/health/ready`. */
export function healthRoutes(health: Health): readonly [live: Route, ready: Route] {
  const answer = (exchange: Exchange, { status, body }: HealthAnswer): void =>
    send(exchange, { status, contentType: JSON_TYPE, body: JSON.stringify(body), headers: NO_STORE });
  return [
    { method: "GET", path: "/health", handle: (exchange) => answer(exchange, health.live()) },
    { method: "GET", path: "/health/ready", handle: async (exchange) => answer(exchange, await health.ready()) },
  ];
}

/**
 * `/openapi.json` and `/docs`. Nothing of them is in memory until somebody asks: the generator is imported, the document made and the page read
 * then, for each request, because they are asked for rarely and by people.
 */
export function documentationRoutes(project: Project): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/openapi.json",
      async handle(exchange) {
        const { renderOpenApi } = await import("@shaperail/openapi");
        const document = await describeApi(project);
        send(exchange, {
          status: 200,
          contentType: JSON_TYPE,
          body: renderOpenApi(document, "json"),
          headers: NO_STORE,
        });
      },
    },
    {
      method: "GET",
      path: "/docs",
      async handle(exchange) {
        const { docsPage } = await import("@shaperail/openapi/docs");
        const { path, contentType, contentSecurityPolicy } = docsPage();
        const body = await readFile(path, "utf8").catch((error: unknown) => {
          throw new HttpError("The documentation page is not part of this build.", { code: "NOT_FOUND", cause: error });
        });
        const headers = { ...NO_STORE, "Content-Security-Policy": contentSecurityPolicy };
        send(exchange, { status: 200, contentType, body, headers });
      },
    },
  ];
}
