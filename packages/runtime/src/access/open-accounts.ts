import {
  type ApiKeys,
  createApiKeys,
  createIssuer,
  createSessions,
  createTokenService,
  type Sessions,
  type TokenService,
} from "@shaperail/auth";
import type { AuthConfig, SecretAuthConfig } from "@shaperail/config";
import { type Database, DbError } from "@shaperail/db";
import type { CredentialsContext, CredentialsModule } from "./credentials-module.ts";
import type { AccessParts } from "./open-access.ts";

/** Who is known besides the bearers of tokens: the holders of API keys, and sessions that were started here. */
export interface Accounts {
  readonly apiKeys: ApiKeys | undefined;
  /** Undefined: this project starts none. */
  readonly sessions: Sessions | undefined;
  openTokenService(credentials: CredentialsModule | undefined): TokenService<CredentialsContext> | undefined;
}

const NOBODY: Accounts = { apiKeys: undefined, sessions: undefined, openTokenService: () => undefined };

/** Keeps API keys and sessions in the default database. Where their tables are missing there are none, which is said. */
export async function openAccounts(auth: AuthConfig, { databases, shutdown, logger }: AccessParts): Promise<Accounts> {
  const runner = databases.get("default");
  if (runner === undefined) return NOBODY;
  try {
    // Every request with a key, and the watch below, would fail on it.
    await runner.run(PROBE, []);
  } catch (error) {
    if (!(error instanceof DbError) || error.code !== "DB_SCHEMA_MISMATCH") throw error;
    logger.warn(
      "API keys and sessions have no tables in the default database: run `shaperail migrate` and start again. Until then neither is accepted.",
    );
    return NOBODY;
  }
  const apiKeys = shutdown.add("API keys", createApiKeys({ runner, logger }));
  if (auth.algorithm !== "HS256" || auth.refreshExpirySeconds === undefined) {
    return { ...NOBODY, apiKeys };
  }
  const sessions = shutdown.add("sessions", openSessions(auth, auth.refreshExpirySeconds, { runner, logger }));
  await sessions.watch();
  const issuer = createIssuer({
    secret: auth.secret.reveal(),
    issuer: auth.issuer,
    audience: auth.audience,
    expirySeconds: auth.expirySeconds,
  });
  return {
    apiKeys,
    sessions,
    openTokenService: (credentials) =>
      createTokenService<CredentialsContext>({
        issuer,
        sessions,
        credentials: credentials?.checkCredentials,
        refreshSubject: credentials?.refreshSubject,
      }),
  };
}

const PROBE = {
  name: "auth.probe",
  text: "SELECT FROM shaperail_sessions, shaperail_refresh_tokens, shaperail_api_keys LIMIT 0",
  prepare: false,
};

function openSessions(
  { expirySeconds }: SecretAuthConfig,
  refreshExpirySeconds: number,
  { runner, logger }: { readonly runner: Database } & Pick<AccessParts, "logger">,
): Sessions {
  return createSessions({ runner, refreshExpirySeconds, accessExpirySeconds: expirySeconds, logger });
}
