import type { Logger } from "@shaperail/core";
import { createHttpApp, createHttpServer, type DispatchOptions, type HttpServer, type Route } from "@shaperail/http";

export interface AdminServerOptions extends DispatchOptions {
  readonly port: number;
  readonly routes: readonly Route[];
  readonly logger: Logger;
}

// Whoever asks here asks again; nothing is lost when an answer is cut.
const GRACE_MS = 1_000;

/** The server on the port for administration. It outlives the public one, so that probes hear of the shutdown. */
export function createAdminServer({ port, routes, logger, ...dispatch }: AdminServerOptions): HttpServer {
  const { handle } = createHttpApp({ routes, logger, ...dispatch });
  return createHttpServer({ handle, port, logger, graceMs: GRACE_MS });
}
