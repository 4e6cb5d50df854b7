import {
  AuthError,
  createLimit,
  createRateLimiter,
  createRedisRateLimitStore,
  type RateLimiter,
} from "@shaperail/auth";
import type { Logger } from "@shaperail/core";
import { type ClientAddress, type Exchange } from "@shaperail/http";
import type { Limit } from "@shaperail/rest";
import type { Project } from "../load-project.ts";
import type { OpenRedis } from "../open-redis.ts";
import { toHttpError } from "./to-http-error.ts";

export interface LimiterParts {
  readonly openRedis: OpenRedis;
  readonly logger: Logger;
  /** Counts under `shaperail_errors_total`. */
  readonly countError: (errorType: string) => void;
}

/** Counts in the project's Redis when there is one; otherwise in this process, which is said in the log. */
export async function openRateLimiter({ openRedis, logger, countError }: LimiterParts): Promise<RateLimiter> {
  const redis = await openRedis();
  const store = redis && createRedisRateLimitStore({ client: redis.client });
  return createRateLimiter({
    store,
    logger: logger.child("shaperail_runtime::auth"),
    onStoreFailure: () => countError("rate_limit_store"),
  });
}

/** Whether any call of an endpoint is counted. */
export function isLimited({ config, resources }: Project): boolean {
  const hasOwn = resources.some(({ endpoints }) => endpoints.some(({ rateLimit }) => rateLimit !== undefined));
  return hasOwn || config.rateLimit.default !== undefined;
}

export interface LimitParts {
  readonly limiter: RateLimiter;
  readonly addressOf: ClientAddress;
  /** Where refusals are reported. */
  readonly logger: Logger;
}

/** The limit of every endpoint: its own, or else the project's. */
export function compileLimit({ config }: Project, { limiter, addressOf, logger }: LimitParts): Limit {
  const log = logger.child("shaperail_runtime::auth");
  const limit = createLimit<Exchange>({
    limiter,
    defaultLimit: config.rateLimit.default,
    addressOf: ({ request }) => addressOf(request),
  });
  return (exchange, call) => {
    const counted = limit(exchange, call);
    if (!(counted instanceof Promise)) return counted;
    return counted.catch((error: unknown) => {
      if (!(error instanceof AuthError)) throw error;
      const { resource, action, subject } = call;
      const { code, reason, status } = error;
      const fields = { request_id: exchange.requestId, resource, action, code, reason, status, sub: subject?.sub };
      log.warn(`${resource}.${action} refused: ${reason}`, fields);
      throw toHttpError(error);
    });
  };
}
