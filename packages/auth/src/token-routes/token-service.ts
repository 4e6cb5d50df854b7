import { AuthError } from "../errors.ts";
import { isIdentifier } from "../jwt/claims.ts";
import type { Issuer } from "../jwt/issuer.ts";
import { UNAUTHORIZED_MESSAGE } from "../refusal.ts";
import { refuseRefreshToken } from "../refresh/refuse-refresh-token.ts";
import type { Session, Sessions, SubjectChange } from "../refresh/sessions.ts";
import type { Subject } from "../subject.ts";
import { readCredentialsBody, readRefreshToken } from "./read-body.ts";

/**
 * Says whose the credentials are; undefined when they are not right, whatever is wrong with them.
 *
 * It should take as long for an unknown user as for a wrong password, by checking some password in both cases: otherwise
 * the time tells which users exist.
 */
export type CheckCredentials<Context> = (
  body: Readonly<Record<string, unknown>>,
  context: Context,
) => Subject | undefined | Promise<Subject | undefined>;

/** The role and tenant a subject has now; undefined when it may not go on. */
export type RefreshSubject = (subject: Subject) => SubjectChange | undefined | Promise<SubjectChange | undefined>;

/** Options of {@link createTokenService}. */
export interface TokenServiceOptions<Context> {
  readonly issuer: Pick<Issuer, "issueAccessToken">;
  readonly sessions: Pick<Sessions, "start" | "find" | "rotate" | "revokeFamily" | "revokeFamilyOf">;
  /** @default none: there is no way to log in here */
  readonly credentials?: CheckCredentials<Context>;
  /** Asked at each refresh. @default role and tenant stay what they were at the login */
  readonly refreshSubject?: RefreshSubject;
}

/** The members of RFC 6749 §5.1. */
export interface TokenPair {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: "Bearer";
  /** Seconds until the access token expires. */
  readonly expires_in: number;
}

/** What to answer, apart from refusals: those are thrown as `AuthError`. */
export interface TokenAnswer {
  readonly status: 200 | 204;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON, as it is. */
  readonly body: TokenPair | undefined;
}

/** What stands behind `POST /auth/token`, `/auth/refresh` and `/auth/logout`, given the parsed body of the request. */
export interface TokenService<Context> {
  /** Undefined without a credential check: then the route does not exist. */
  readonly token: ((body: unknown, context: Context) => Promise<TokenAnswer>) | undefined;
  refresh(body: unknown): Promise<TokenAnswer>;
  /** Ends the session. It answers the same whether there was one or not. */
  logout(body: unknown): Promise<TokenAnswer>;
}

/**
 * Logging in, going on, logging out. Each may reject with `AuthError`: `AUTH_BODY_INVALID`, `AUTH_CREDENTIALS_WRONG`,
 * `AUTH_REFRESH_TOKEN_INVALID`, `AUTH_REFRESH_TOKEN_REUSED`.
 */
export function createTokenService<Context = unknown>({
  issuer,
  sessions,
  credentials,
  refreshSubject,
}: TokenServiceOptions<Context>): TokenService<Context> {
  async function answer({ sessionId, subject, refreshToken }: Session): Promise<TokenAnswer> {
    const { token, expiresInSeconds } = await issuer.issueAccessToken({ ...subject, sessionId });
    const body = {
      access_token: token,
      refresh_token: refreshToken,
      token_type: "Bearer",
      expires_in: expiresInSeconds,
    } as const;
    return { status: 200, headers: NO_STORE, body };
  }

  /** Asked before the token is spent: when the answer does not come, the client can try again for as long as it likes. */
  async function changeOf(refreshToken: string): Promise<SubjectChange | undefined> {
    if (refreshSubject === undefined) return undefined;
    const found = await sessions.find(refreshToken);
    // Not accepted, and why is for the rotation to find out.
    if (found === undefined) return undefined;
    const change = await refreshSubject(found.subject);
    if (change !== undefined) return checked({ ...found.subject, ...change }, "refreshSubject");
    await sessions.revokeFamily(found.sessionId);
    const details = { session_id: found.sessionId, sub: found.subject.sub };
    const reason = "the application refused to go on";
    throw refuseRefreshToken({ code: "AUTH_REFRESH_TOKEN_INVALID", reason, details });
  }

  return {
    token:
      credentials === undefined
        ? undefined
        : async (body, context) => {
            const subject = await credentials(readCredentialsBody(body), context);
            if (subject === undefined) throw refuseLogin();
            return answer(await sessions.start(checked(subject, "checkCredentials")));
          },
    async refresh(body) {
      const refreshToken = readRefreshToken(body);
      return answer(await sessions.rotate(refreshToken, await changeOf(refreshToken)));
    },
    async logout(body) {
      await sessions.revokeFamilyOf(readRefreshToken(body));
      return { status: 204, headers: NO_STORE, body: undefined };
    },
  };
}

/** RFC 6749 §5.1: tokens stay in no cache. */
const NO_STORE = Object.freeze({ "Cache-Control": "no-store" });

function refuseLogin(): AuthError {
  return new AuthError(UNAUTHORIZED_MESSAGE, {
    code: "AUTH_CREDENTIALS_WRONG",
    reason: "wrong credentials",
    headers: { "WWW-Authenticate": "Bearer" },
  });
}

/** What the application returned, when it is a subject: a session without a role would be refused everywhere, or nowhere. */
function checked({ sub, role, tenantId }: Subject, from: string): Subject {
  // As its token has to be: one that cannot be issued begins no session.
  if (isIdentifier(sub) && isIdentifier(role) && (tenantId === undefined || isIdentifier(tenantId))) {
    return { sub, role, tenantId };
  }
  throw new TypeError(
    `${from} must return sub and role as texts that are not empty, without control characters, and tenantId as one or undefined.`,
  );
}
