import { join } from "node:path";
import type { CheckCredentials, RefreshSubject } from "@shaperail/auth";
import type { IncomingHttpHeaders } from "node:http";
import { RuntimeError } from "../errors.ts";
import { findModule, importModule } from "../load-functions.ts";
import type { Project } from "../load-project.ts";

/** Folder of the application's own part in authentication, below the root. */
const AUTH_FOLDER = "auth";

/** What `checkCredentials` is given besides the body of the request. */
export interface CredentialsContext {
  /** Kysely on the default database. */
  readonly db: unknown;
  /** Names in lower case. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** The client's address, as `server.trust_proxy` lets it be known. */
  readonly address: string | undefined;
  readonly request_id: string;
}

/** The functions that `auth/credentials.ts` exports. */
export interface CredentialsModule {
  readonly checkCredentials: CheckCredentials<CredentialsContext>;
  readonly refreshSubject: RefreshSubject | undefined;
}

/** Whether the project checks credentials itself; the file is not imported for that. */
export async function hasCredentials({ directory }: Pick<Project, "directory">): Promise<boolean> {
  return (await findModule(join(directory, AUTH_FOLDER), "credentials")) !== undefined;
}

/**
 * Imports `auth/credentials.ts`; undefined when the project has none, and then nobody can log in with a password.
 * @throws RuntimeError `RUNTIME_CREDENTIALS_UNUSABLE` when it cannot act: no such function, or nothing that could issue tokens.
 */
export async function loadCredentials({ directory, config }: Project): Promise<CredentialsModule | undefined> {
  const exported = await importModule(join(directory, AUTH_FOLDER), "credentials");
  if (exported === undefined) return undefined;
  const { checkCredentials, refreshSubject } = exported;
  if (typeof checkCredentials !== "function") throw unusable("exports no function `checkCredentials`");
  if (refreshSubject !== undefined && typeof refreshSubject !== "function") {
    throw unusable("exports a `refreshSubject` that is no function");
  }
  const { auth } = config;
  if (auth?.algorithm !== "HS256") throw unusable("is there, but no secret of this project signs tokens");
  if (auth.refreshExpirySeconds === undefined) throw unusable("is there, but `auth.refresh_expiry` is not set");
  return {
    checkCredentials: checkCredentials as CheckCredentials<CredentialsContext>,
    refreshSubject: refreshSubject as RefreshSubject | undefined,
  };
}

function unusable(what: string): RuntimeError {
  return new RuntimeError(`auth/credentials.ts ${what}.`, {
    code: "RUNTIME_CREDENTIALS_UNUSABLE",
    hint: "Export `checkCredentials(body, context)`, and configure `auth` with secret_env, expiry and refresh_expiry; or remove the file.",
  });
}
