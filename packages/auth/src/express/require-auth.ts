import type { IncomingMessage, ServerResponse } from "node:http";
import { type Logger, noopLogger } from "@shaperail/core";
import { type ApiKeyVerifier, createAuthenticator, type TokenVerifier } from "../authenticator.ts";
import { AuthError } from "../errors.ts";
import { refuseAnonymous } from "../refusal.ts";
import { type AuthenticatedRequest, refusalLogger } from "./auth-of.ts";
import { refuse } from "./refuse.ts";

/** A middleware as Express takes it; it needs nothing of Express but the call. */
export type AuthMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void | Promise<void>;

/** Options of {@link requireAuth}. */
export interface RequireAuthOptions {
  /** What `createVerifier` returns. */
  readonly verifier: TokenVerifier;
  /** Says whose an `X-API-Key` is. @default none */
  readonly apiKeys?: ApiKeyVerifier;
  /** Lets anonymous requests pass, and treats invalid credentials as none. @default false */
  readonly optional?: boolean;
  /** Where refusals are reported, with their reason and never with the credentials. @default silent */
  readonly logger?: Logger;
}

/** Finds out who sent a request and keeps it for {@link authOf}; answers 401 when nobody did. */
export function requireAuth({
  verifier,
  apiKeys,
  optional = false,
  logger = noopLogger,
}: RequireAuthOptions): AuthMiddleware {
  const { authenticate } = createAuthenticator({ verifier, apiKeys });
  return async (request: AuthenticatedRequest, response, next) => {
    request[refusalLogger] = logger;
    try {
      request.auth = await authenticate(request.headers);
      if (request.auth === undefined && !optional) throw refuseAnonymous();
    } catch (error) {
      if (!(error instanceof AuthError)) return next(error);
      const { code, reason, status } = error;
      logger.warn("request refused", { code, reason, status, ...(status >= 500 && { error }) });
      if (!(optional && status === 401)) return refuse(response, error);
    }
    next();
  };
}
