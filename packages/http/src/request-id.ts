import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

// Nothing that could break a log line, a header or a search expression; long enough for every id format in use.
const SANE_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** The id the client sent in `X-Request-Id` when it has 1 to 128 letters, digits, `.`, `_` or `-`; otherwise a new UUID. */
export function requestIdOf(request: IncomingMessage): string {
  const sent = request.headers["x-request-id"];
  return typeof sent === "string" && SANE_ID.test(sent) ? sent : randomUUID();
}
