import { createAuthenticator, createVerifier } from "@shaperail/auth";
import type { Logger } from "@shaperail/core";
import type { Authorize } from "@shaperail/rest";
import type { Project } from "../load-project.ts";
import { compileAuthorize } from "./compile-authorize.ts";
import { denyAll } from "./deny-all.ts";

/** What decides who may do what. */
export interface Access {
  readonly authorize: Authorize;
}

/** Joins what the configuration says about credentials. Without an `auth` section nobody has any. */
export function openAccess({ config: { auth } }: Project, { logger }: { readonly logger: Logger }): Access {
  if (auth === undefined) return { authorize: denyAll };
  const verifier = createVerifier({ keys: { algorithm: "HS256", secret: auth.secret.reveal() } });
  const authenticator = createAuthenticator({ verifier });
  return { authorize: compileAuthorize({ authenticator, logger }) };
}
