import type { IncomingMessage } from "node:http";
import type { Exchange } from "./exchange.ts";

/** Which pages of other origins a browser lets read the answers. */
export interface CorsOptions {
  /** Exact origins, such as `https://app.example.org` or `http://localhost:5173`; or `*` for every page there is. */
  readonly origins: readonly string[];
  /**
   * Whether a browser may send its cookies along. Never together with `*`.
   * @default false
   */
  readonly credentials?: boolean;
  /**
   * How long a browser may remember the answer to a preflight, in seconds; browsers have limits of their own.
   * @default 600
   */
  readonly maxAgeSeconds?: number;
  /**
   * Request headers a page may send besides those this API reads.
   * @default []
   */
  readonly allowedHeaders?: readonly string[];
  /**
   * Response headers a page may read besides those this API writes.
   * @default []
   */
  readonly exposedHeaders?: readonly string[];
}

/** The headers every response to this request carries, as name, value, name, value, …. */
export type HeadersFor = (request: IncomingMessage) => readonly string[];

const ALLOWED =
  "authorization, content-type, idempotency-key, if-match, if-none-match, x-api-key, x-request-id, traceparent";
const EXPOSED = "X-Request-Id, ETag, Retry-After, RateLimit, RateLimit-Policy, Idempotency-Replayed, X-Cache";
const METHODS = "Access-Control-Allow-Methods";

interface OriginHeaders {
  readonly plain: readonly string[];
  readonly preflight: readonly string[];
}

/**
 * Adds to the base headers what a browser wants to know before it gives an answer to a page of another origin. An origin
 * that is not listed gets none of it, and no refusal either: the browser is the one that refuses.
 *
 * The `cors` package does this as Express middleware, on every request and by `setHeader`. Our dispatch has no
 * middleware, answers `OPTIONS` from the router, and writes a list of headers: wrapping it would take a fake response
 * per request. All answers are known beforehand, so here they are computed once and looked up.
 * @throws TypeError when an origin can never match, or every origin would get the credentials.
 */
export function createCors(options: CorsOptions, baseHeaders: readonly string[]): HeadersFor {
  const { origins, credentials = false } = options;
  for (const origin of origins) checkOrigin(origin);
  const isOpen = origins.includes("*");
  if (isOpen && credentials) {
    throw new TypeError("CORS for every origin cannot allow credentials: name the origins, or leave credentials out.");
  }
  const headersOf = (origin: string): OriginHeaders => originHeaders({ ...options, origin }, baseHeaders);
  const byOrigin = new Map(origins.map((origin) => [origin, headersOf(origin)]));
  const everybody = isOpen ? headersOf("*") : undefined;
  // A cache must not give an answer made for nobody in particular to a page.
  const nobody = Object.freeze([...baseHeaders, "Vary", "Origin"]);

  return (request) => {
    const { origin } = request.headers;
    const found = everybody ?? (origin === undefined ? undefined : byOrigin.get(origin));
    if (found === undefined) return nobody;
    const isPreflight = request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined;
    return isPreflight ? found.preflight : found.plain;
  };
}

/** Headers of an answer to `OPTIONS`: for a preflight too, exactly the methods the path has. */
export function methodHeaders({ baseHeaders }: Exchange, methods: string): Readonly<Record<string, string>> {
  return baseHeaders.includes(METHODS) ? { Allow: methods, [METHODS]: methods } : { Allow: methods };
}

function originHeaders(
  {
    origin,
    credentials = false,
    maxAgeSeconds = 600,
    allowedHeaders = [],
    exposedHeaders = [],
  }: CorsOptions & { readonly origin: string },
  baseHeaders: readonly string[],
): OriginHeaders {
  const common = [...baseHeaders, "Access-Control-Allow-Origin", origin];
  if (origin !== "*") common.push("Vary", "Origin");
  if (credentials) common.push("Access-Control-Allow-Credentials", "true");
  const plain = [...common, "Access-Control-Expose-Headers", [EXPOSED, ...exposedHeaders].join(", ")];
  const preflight = [...common];
  // Every method, for a path of the Express application, which alone knows its own. The router's paths narrow it.
  preflight.push(METHODS, "GET, HEAD, POST, PUT, PATCH, DELETE");
  preflight.push("Access-Control-Allow-Headers", [ALLOWED, ...allowedHeaders].join(", "));
  preflight.push("Access-Control-Max-Age", String(maxAgeSeconds));
  return { plain: Object.freeze(plain), preflight: Object.freeze(preflight) };
}

// Any scheme: applications in a shell have their own, such as `capacitor://localhost`.
const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/[a-z0-9._~:[\]-]+$/;

function checkOrigin(origin: string): void {
  const scheme = ORIGIN.exec(origin)?.[1];
  // A browser sends an origin in exactly one spelling: lower case, no path, no default port.
  const isWeb = scheme === "http" || scheme === "https";
  if (origin === "*" || (scheme !== undefined && (!isWeb || URL.parse(origin)?.origin === origin))) return;
  throw new TypeError(`${JSON.stringify(origin)} is not an origin; write scheme://host or scheme://host:port.`);
}
