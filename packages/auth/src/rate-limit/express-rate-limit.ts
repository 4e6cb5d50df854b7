import type { IncomingMessage, ServerResponse } from "node:http";
import { AuthError } from "../errors.ts";
import { type AuthenticatedRequest, authOf, refusalLogger } from "../express/auth-of.ts";
import { refuse } from "../express/refuse.ts";
import type { AuthMiddleware } from "../express/require-auth.ts";
import { headersOrRefusal } from "./limit.ts";
import { escapeKey, rateLimitKey } from "./rate-limit-key.ts";
import type { RateLimit } from "./rate-limit-store.ts";
import type { RateLimiter } from "./rate-limiter.ts";

/** Options of {@link rateLimit}. */
export interface ExpressRateLimitOptions extends RateLimit {
  readonly limiter: RateLimiter;
  /**
   * What is limited. Middlewares of one limiter with the same name and limit count together, in all processes.
   * @default "app"
   */
  readonly name?: string;
  /**
   * Names the caller. Never make it of a header or a field that the client chooses: a new value would be a new caller.
   * @default the user that `requireAuth` found, otherwise `request.ip`, which is what `trust proxy` of Express says
   */
  readonly key?: (request: IncomingMessage) => string;
}

/**
 * Limits how often one caller may pass, and answers 429 with `Retry-After` to one too many.
 *
 * @throws TypeError when the limit is not made of whole numbers from 1.
 */
export function rateLimit({
  limiter,
  maxRequests,
  windowSeconds,
  name = "app",
  key,
}: ExpressRateLimitOptions): AuthMiddleware {
  if (![maxRequests, windowSeconds].every((value) => Number.isSafeInteger(value) && value >= 1)) {
    throw new TypeError("rateLimit needs maxRequests and windowSeconds as whole numbers from 1.");
  }
  const limit = { maxRequests, windowSeconds };
  const place = { resource: name, action: `${maxRequests}-in-${windowSeconds}` };
  const keyOf = (request: IncomingMessage): string =>
    key === undefined
      ? rateLimitKey({ ...place, subject: authOf(request), address: addressOf(request) })
      : `shaperail:ratelimit:${name}:${place.action}:key:${escapeKey(key(request))}`;

  return async (request: AuthenticatedRequest, response, next) => {
    try {
      setHeaders(response, headersOrRefusal(await limiter.consume(keyOf(request), limit)));
    } catch (error) {
      if (!(error instanceof AuthError)) return next(error);
      const { code, reason, status } = error;
      request[refusalLogger]?.warn("request refused", { code, reason, status });
      return refuse(response, error);
    }
    next();
  };
}

function addressOf(request: IncomingMessage): string | undefined {
  return "ip" in request && typeof request.ip === "string" ? request.ip : request.socket.remoteAddress;
}

function setHeaders(response: ServerResponse, pairs: readonly string[]): void {
  for (let index = 0; index < pairs.length; index += 2) response.setHeader(pairs[index] ?? "", pairs[index + 1] ?? "");
}
