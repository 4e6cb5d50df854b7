import type { Observer } from "@shaperail/core";
import { logContext, runWithLogContext } from "@shaperail/logging";

/** Member of a trace carrier with the id of the request that led to a job. */
const REQUEST_ID = "request_id";

/** The same observer, whose traces carry the id of the request as well: the lines of a job then name the request it comes from. */
export function withRequestId(observer: Observer): Observer {
  return {
    ...observer,
    inject(carrier) {
      observer.inject(carrier);
      const id = logContext()?.[REQUEST_ID];
      if (typeof id === "string") carrier[REQUEST_ID] = id;
    },
    extract(carrier, run) {
      const id = carrier[REQUEST_ID];
      const continued = (): ReturnType<typeof run> => observer.extract(carrier, run);
      return id === undefined ? continued() : runWithLogContext({ [REQUEST_ID]: id }, continued);
    },
  };
}

/** What travels with a job that is stored now; undefined: there is nothing to continue. */
export function carrierOf(observer: Observer): Readonly<Record<string, string>> | undefined {
  const carrier: Record<string, string> = {};
  observer.inject(carrier);
  return Object.keys(carrier).length === 0 ? undefined : carrier;
}
