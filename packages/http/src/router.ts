import findMyWay from "find-my-way";
import type { HTTPMethod } from "find-my-way";
import { methodHeaders } from "./cors.ts";
import { HttpError } from "./errors.ts";
import type { Exchange, Route, RouteMethod } from "./exchange.ts";
import { send } from "./send.ts";

/** Where a request goes. */
export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: string;
}

/** Finds the route of a request in constant time, however many routes there are. */
export interface Router {
  /** The route for this method and URL; `undefined` when there is none. `HEAD` finds the route of `GET`. */
  find(method: string, url: string): Match | undefined;
  /** A stand-in route for a request that {@link find} does not know: 404, 405 with `Allow`, or the answer to `OPTIONS`. */
  refuse(method: string, url: string): Match;
}

/** The path of every route that is not one of ours, so that logs and metrics have one name for all of them. */
export const UNMATCHED = "unmatched";

const METHODS: readonly RouteMethod[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const NO_PARAMS = Object.freeze({});

/** A match that answers with this error. */
export function refusal(error: () => HttpError, path: string = UNMATCHED): Match {
  const handle = (): never => {
    throw error();
  };
  return { route: { method: "GET", path, handle }, params: NO_PARAMS, query: "" };
}

const invalidUrl = refusal(
  () => new HttpError("The URL is not valid: a % must be followed by two hexadecimal digits.", { code: "BAD_REQUEST" }),
);
const notFound = refusal(() => new HttpError("No such route", { code: "NOT_FOUND" }));

/**
 * Compiles routes for dispatch.
 * @throws TypeError when a path is not valid, or two routes have the same method and path.
 */
export function createRouter(routes: readonly Route[], maxParamLength: number): Router {
  // The query string is handed on as it is: whoever knows the endpoint parses it, and many endpoints have none.
  const paths = findMyWay({ querystringParser: (query) => query, maxParamLength, onBadUrl: () => undefined });
  for (const route of routes) {
    try {
      paths.on(route.method, route.path, () => undefined, route);
    } catch (error) {
      throw new TypeError(`The route ${route.method} ${route.path} cannot be added.`, { cause: error });
    }
  }

  const find = (method: string, url: string): Match | undefined => {
    const found = paths.find((method === "HEAD" ? "GET" : method) as HTTPMethod, url);
    if (found === null) return undefined;
    const route = found.store as Route | null;
    if (route === null) return invalidUrl;
    return { route, params: found.params, query: found.searchParams as unknown as string };
  };

  const refuse = (method: string, url: string): Match => {
    const matches = METHODS.flatMap((known) => find(known, url) ?? []);
    const [first] = matches;
    if (first === undefined) return notFound;
    if (first === invalidUrl) return invalidUrl;
    const allowed = matches.flatMap(({ route }) => (route.method === "GET" ? ["GET", "HEAD"] : [route.method]));
    const headers = { Allow: [...allowed, "OPTIONS"].join(", ") };
    if (method === "OPTIONS") {
      const handle = (exchange: Exchange): void =>
        send(exchange, { status: 204, headers: methodHeaders(exchange, headers.Allow) });
      return { route: { method: "GET", path: first.route.path, handle }, params: NO_PARAMS, query: "" };
    }
    const message = `This path does not answer ${method}; it answers ${headers.Allow}.`;
    return refusal(() => new HttpError(message, { code: "METHOD_NOT_ALLOWED", headers }), first.route.path);
  };

  return { find, refuse };
}
