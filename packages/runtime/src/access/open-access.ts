import { createAuthenticator, createVerifier } from "@shaperail/auth";
import type { Logger } from "@shaperail/core";
import { createClientAddress } from "@shaperail/http";
import type { Authorize, Limit } from "@shaperail/rest";
import type { Project } from "../load-project.ts";
import type { OpenRedis } from "../open-redis.ts";
import { compileAuthorize } from "./compile-authorize.ts";
import { denyAll } from "./deny-all.ts";
import { compileLimit, isLimited, openRateLimiter } from "./open-limit.ts";
import { verifierOptions } from "./verifier-options.ts";

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
    authorize: await openAuthorize(project, parts),
    limit: limiter && compileLimit(project, { limiter, addressOf }),
  };
}

async function openAuthorize(project: Project, { logger }: AccessParts): Promise<Authorize> {
  const options = await verifierOptions(project);
  if (options === undefined) return denyAll;
  const authenticator = createAuthenticator({ verifier: createVerifier(options) });
  return compileAuthorize({ authenticator, logger });
}
