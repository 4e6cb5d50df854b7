import { type Authenticator, createAuthenticator, createCredentialsLimit, createVerifier } from "@shaperail/auth";
import type { Logger } from "@shaperail/core";
import type { Exchange, Route } from "@shaperail/http";
import type { Authorize, Limit } from "@shaperail/rest";
import type { Databases } from "../databases.ts";
import type { Project } from "../load-project.ts";
import type { OpenRedis } from "../open-redis.ts";
import type { Shutdown } from "../shutdown.ts";
import { authRoutes } from "./auth-routes.ts";
import { clientAddress } from "./client-address.ts";
import { compileAuthorize } from "./compile-authorize.ts";
import type { CredentialsModule } from "./credentials-module.ts";
import { compileLimit, isLimited, openRateLimiter } from "./open-limit.ts";
import { openAccounts } from "./open-accounts.ts";
import { verifierOptions } from "./verifier-options.ts";

/** What decides who may do what, and how often. */
export interface Access {
  readonly authorize: Authorize;
  /** Undefined: no call is counted. */
  readonly limit: Limit | undefined;
  /** `/auth/…`. */
  readonly routes: readonly Route[];
}

export interface AccessParts {
  readonly databases: Databases;
  /** The application's own check of credentials. */
  readonly credentials: CredentialsModule | undefined;
  readonly openRedis: OpenRedis;
  readonly shutdown: Shutdown;
  readonly logger: Logger;
  /** Counts under `shaperail_errors_total`. */
  readonly countError: (errorType: string) => void;
  /** Told who sent a request, whether let in or not. */
  readonly noteUser: (exchange: Exchange, user: string) => void;
}

/** Joins what the project says about credentials and limits. Without an `auth` section nobody has credentials. */
export async function openAccess(project: Project, parts: AccessParts): Promise<Access> {
  const { auth, server, rateLimit } = project.config;
  const { logger, credentials, databases, noteUser } = parts;
  const addressOf = clientAddress(server, logger);
  const issuesTokens = auth?.algorithm === "HS256" && auth.refreshExpirySeconds !== undefined;
  const limiter = isLimited(project) || issuesTokens ? await openRateLimiter(parts) : undefined;
  const limit =
    isLimited(project) && limiter !== undefined ? compileLimit(project, { limiter, addressOf, logger }) : undefined;
  const tokens = await verifierOptions(project);
  if (auth === undefined || tokens === undefined) {
    warnOfClosedEndpoints(project, logger);
    return { authorize: compileAuthorize({ authenticator: NOBODY, logger, noteUser }), limit, routes: [] };
  }

  const { apiKeys, sessions, openTokenService } = await openAccounts(auth, parts);
  const verifier = createVerifier({ ...tokens, isRevoked: sessions?.isRevoked });
  const authenticator = createAuthenticator({ verifier, apiKeys });
  const service = openTokenService(credentials);
  if (service !== undefined && credentials !== undefined && credentials.refreshSubject === undefined) {
    logger.warn(
      "auth/credentials.ts exports no `refreshSubject`: whoever is logged in keeps role and tenant for as long as the session is refreshed.",
    );
  }
  const routes =
    service === undefined || limiter === undefined
      ? []
      : authRoutes({
          service,
          limit: createCredentialsLimit({ limiter, limit: rateLimit.auth }),
          addressOf,
          db: () => databases.get("default")?.kysely(),
          logger,
        });
  return { authorize: compileAuthorize({ authenticator, logger, noteUser }), limit, routes };
}

/** Without an `auth` section a token or a key is nobody's. */
const NOBODY: Pick<Authenticator, "authenticate"> = { authenticate: () => undefined };

function warnOfClosedEndpoints({ resources }: Project, logger: Logger): void {
  const closed = resources.flatMap(({ name, version, endpoints }) =>
    endpoints.filter(({ auth }) => auth.kind === "restricted").map(({ action }) => `v${version} ${name}.${action}`),
  );
  if (closed.length === 0) return;
  logger.warn("The configuration has no `auth` section, so nobody can call the endpoints that ask for credentials.", {
    endpoints: closed,
  });
}
