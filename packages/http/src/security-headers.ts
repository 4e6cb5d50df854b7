import { Socket } from "node:net";
import helmet from "helmet";
import { http } from "./node-http.ts";

/**
 * Helmet's headers that say something about an API, as name, value, name, value, ….
 *
 * They depend on nothing in the request, so helmet runs once, over a response that is never sent: per request it
 * would cost more than routing. Left out are those that act on documents (`Cross-Origin-Opener-Policy`,
 * `Origin-Agent-Cluster`, `X-DNS-Prefetch-Control`) or on software that is gone (`X-Download-Options` for Internet
 * Explorer 8, `X-Permitted-Cross-Domain-Policies` for Flash, `X-XSS-Protection`). The content policy is the one for
 * JSON: load nothing, be framed by nobody; a page sent by a handler overrides it.
 */
export function securityHeaders(): readonly string[] {
  const apply = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    xFrameOptions: { action: "deny" },
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
  const request = new http.IncomingMessage(new Socket());
  const response = new http.ServerResponse(request);
  apply(request, response, (error) => {
    if (error !== undefined) throw new TypeError("helmet refused its options.", { cause: error });
  });
  return Object.entries(response.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
}
