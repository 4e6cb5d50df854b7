import type { IncomingMessage } from "node:http";

// More than an application has routes; a router below `/orgs/:org` has a path for every organisation.
const MAX_PATHS = 500;

/** The path, as logs and metrics name it, of the Express route that answered; undefined when none did. */
export type ExpressPath = () => string | undefined;

/**
 * Watches which route Express chooses. Express says so in `request.route`, and where the route's router is mounted in
 * `request.baseUrl`; but it takes the latter back when a route passes on an error, hence it is read at once.
 *
 * Express knows a mount point as it was in the URL, not as a template, so the number of different paths is limited.
 */
export function createExpressPaths(): (request: IncomingMessage) => ExpressPath {
  const known = new Set<string>();
  const isBounded = (path: string): boolean => known.has(path) || (known.size < MAX_PATHS && known.add(path).has(path));

  return (request) => {
    let route: unknown;
    let path: string | undefined;
    Object.defineProperty(request, "route", {
      configurable: true,
      enumerable: true,
      get: () => route,
      set: (value: unknown) => {
        route = value;
        path = pathOf(request, value);
      },
    });
    return () => (path !== undefined && isBounded(path) ? path : undefined);
  };
}

function pathOf(request: IncomingMessage, route: unknown): string | undefined {
  if (typeof route !== "object" || route === null || !("path" in route)) return undefined;
  const base = "baseUrl" in request && typeof request.baseUrl === "string" ? request.baseUrl : "";
  const path = String(route.path);
  return path === "/" && base !== "" ? base : base + path;
}
