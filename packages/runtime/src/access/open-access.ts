import { createAuthenticator, createVerifier } from "@shaperail/auth";
import type { Logger } from "@shaperail/core";
import { createClientAddress } from "@shaperail/http";
import type { Authorize, Limit } from "@shaperail/rest";
import type { Project } from "../load-project.ts";
import type { OpenRedis } from "../open-redis.ts";
import { compileAuthorize } from "./compile-authorize.ts";
import { denyAll } from "./deny-all.ts";
import { compileLimit, isLimited, openRateLimiter } from "./open-limit.ts";

/** What decides who may do what, and how often. */
export interface Access {
  readonly authorize: Authorize;
  /** Undefined: no call is counted. */
  readonly limit: Limit | undefined;
}

export interface AccessParts {
  readonly openRedis: OpenRedis;
  readonly logger: Logger;
}

/** Joins what the project says about credentials and limits. Without an `auth` section nobody has credentials. */
export async function openAccess(project: Project, parts: AccessParts): Promise<Access> {
  const { server } = project.config;
  const addressOf = createClientAddress({ trustProxy: server.trustProxy });
  const limiter = isLimited(project) ? await openRateLimiter(parts) : undefined;
  return {
    authorize: openAuthorize(project, parts),
    limit: limiter && compileLimit(project, { limiter, addressOf }),
  };
}

function openAuthorize({ config: { auth } }: Project, { logger }: AccessParts): Authorize {
  if (auth === undefined) return denyAll;
  const verifier = createVerifier({ keys: { algorithm: "HS256", secret: auth.secret.reveal() } });
  const authenticator = createAuthenticator({ verifier });
  return compileAuthorize({ authenticator, logger });
}
