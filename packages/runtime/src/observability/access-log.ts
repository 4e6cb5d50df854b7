import type { LogFields, Logger } from "@shaperail/core";
import type { Exchange, Finish } from "@shaperail/http";

/** What is known of a request besides the exchange. */
export interface RequestFacts {
  /** Who called, let in or not; undefined for nobody in particular. */
  readonly user: string | undefined;
  /** `trace_id` and `span_id`, when there is a trace. */
  readonly trace: LogFields | undefined;
}

/** Writes one line per request, worded as in the guide: `GET /v1/users 200 12ms`. What follows `?` is not written. */
export type AccessLog = (exchange: Exchange, finish: Finish, facts: RequestFacts) => void;

export function createAccessLog(logger: Logger): AccessLog {
  const log = logger.child("shaperail_runtime::handlers");
  // Decided once: a line that nobody reads is not put together either.
  if (log.isEnabled?.("info") === false) return () => undefined;
  return ({ request, requestId, route }, { status, durationMs, aborted }, { user, trace }) => {
    const duration = Math.round(durationMs);
    const url = request.url ?? "";
    const path = url.includes("?") ? url.slice(0, url.indexOf("?")) : url;
    log.info(`${request.method} ${path} ${status} ${duration}ms`, {
      request_id: requestId,
      method: request.method,
      path: route.path,
      status,
      duration_ms: duration,
      ...(user === undefined ? {} : { user }),
      ...trace,
      ...(aborted ? { aborted } : {}),
    });
  };
}
