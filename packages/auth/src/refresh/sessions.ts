import { randomUUID } from "node:crypto";
import { type Closeable, closeable, type Logger, noopLogger } from "@shaperail/core";
import type { Claims } from "../jwt/claims.ts";
import type { SqlRunner } from "../sql-runner.ts";
import type { Subject } from "../subject.ts";
import { hashOf, isRefreshToken, newRefreshToken, newSuccessorSalt, successorOf } from "./refresh-token.ts";
import { refuseRefreshToken } from "./refuse-refresh-token.ts";
import { createRevokedSessions } from "./revoked-sessions.ts";
import {
  FIND_SESSION,
  LIST_REVOKED,
  REVOKE_SESSION,
  REVOKE_SESSION_OF_TOKEN,
  REVOKE_SUBJECT,
  ROTATE_TOKEN,
  START_SESSION,
} from "./session-sql.ts";
import { watchRevocations } from "./watch-revocations.ts";

/** Options of {@link createSessions}. */
export interface SessionsOptions {
  /** Where sessions are kept: the tables `shaperail_sessions` and `shaperail_refresh_tokens`. */
  readonly runner: SqlRunner;
  /** How long a refresh token is valid, in seconds; every use begins anew. */
  readonly refreshExpirySeconds: number;
  /** How long an access token is valid, in seconds: a revoked session is remembered for that long. */
  readonly accessExpirySeconds: number;
  /**
   * For how long a refresh token may be used again, in seconds; then its use revokes the session. It covers two tabs that
   * refresh at once, and a client that asks again because the answer was lost: clients commonly wait up to 30 s for one.
   * @default 30
   */
  readonly graceSeconds?: number;
  /** Pause between two looks for sessions that other processes revoked, in seconds. @default 5 */
  readonly pollSeconds?: number;
  /** Most revoked sessions that are remembered; the oldest are forgotten first, with a warning. @default 100_000 */
  readonly maxRevoked?: number;
  /** @default a logger that writes nothing */
  readonly logger?: Logger;
}

/** A session, and the one refresh token with which it goes on. */
export interface Session {
  readonly sessionId: string;
  readonly subject: Subject;
  readonly refreshToken: string;
}

/** What may change about the subject of a session. */
export interface SubjectChange {
  readonly role: string;
  readonly tenantId: string | undefined;
}

export interface Sessions extends Closeable {
  /** Starts a session and the family of its refresh tokens. */
  start(subject: Subject): Promise<Session>;
  /** Whose refresh token it is, without spending it; undefined when it is not accepted. */
  find(refreshToken: string): Promise<Omit<Session, "refreshToken"> | undefined>;
  /**
   * Spends a refresh token in one statement, and gives the next one. The same token used again within the grace gets the
   * same successor; later, the whole session is revoked.
   *
   * Rejects with {@link AuthError} `AUTH_REFRESH_TOKEN_INVALID` or `AUTH_REFRESH_TOKEN_REUSED`, which look the same outside.
   */
  rotate(refreshToken: string, change?: SubjectChange): Promise<Session>;
  /** Ends a session: its refresh tokens at once, its access tokens as {@link Sessions.isRevoked} tells. False: it had ended. */
  revokeFamily(sessionId: string): Promise<boolean>;
  /** Ends the session a refresh token belongs to, spent or not. False: there was none. */
  revokeFamilyOf(refreshToken: string): Promise<boolean>;
  /** Ends every session of a subject; returns how many. */
  revokeSubject(sub: string): Promise<number>;
  /**
   * True for an access token of a session that was revoked: at once when this process revoked it, otherwise `pollSeconds`
   * later at most, once {@link Sessions.watch} runs and as long as the database answers.
   */
  isRevoked(claims: Pick<Claims, "sessionId">): boolean;
  /** Learns what was revoked so far, and then what others revoke, until it is closed. Rejects when the first look fails. */
  watch(): Promise<void>;
}

/** Clocks of issuer and service may differ by this much: a token may live that much longer. */
const TOLERANCE_SECONDS = 60;

/** Sessions in PostgreSQL: refresh tokens that rotate, and access tokens that end before they expire. */
export function createSessions({
  runner,
  refreshExpirySeconds,
  accessExpirySeconds,
  graceSeconds = 30,
  pollSeconds = 5,
  maxRevoked = 100_000,
  logger: parentLogger = noopLogger,
}: SessionsOptions): Sessions {
  const logger = parentLogger.child("shaperail_runtime::auth");
  const rememberedSeconds = accessExpirySeconds + TOLERANCE_SECONDS;
  // An access token may outlive the refresh token, and must be revocable as long as it lives.
  const keptSeconds = Math.max(refreshExpirySeconds, rememberedSeconds);
  let hasOverflown = false;
  const revoked = createRevokedSessions({
    keepMs: rememberedSeconds * 1_000,
    max: maxRevoked,
    onOverflow() {
      if (!hasOverflown) logger.warn("Too many revoked sessions to remember; the oldest are forgotten", { maxRevoked });
      hasOverflown = true;
    },
  });
  let watching: Promise<Closeable> | undefined;

  async function revoke(statement: typeof REVOKE_SESSION, value: string): Promise<number> {
    const { rows } = await runner.run(statement, [value]);
    for (const [sessionId] of rows) revoked.add(String(sessionId));
    return rows.length;
  }

  return {
    async start(subject) {
      const sessionId = randomUUID();
      const refreshToken = newRefreshToken();
      await runner.run(START_SESSION, [
        sessionId,
        subject.sub,
        subject.role,
        subject.tenantId ?? null,
        hashOf(refreshToken),
        String(keptSeconds),
        String(refreshExpirySeconds),
      ]);
      return { sessionId, subject, refreshToken };
    },

    async find(refreshToken) {
      if (!isRefreshToken(refreshToken)) return undefined;
      const [row] = (await runner.run(FIND_SESSION, [hashOf(refreshToken)])).rows;
      return row && toSession(row);
    },

    async rotate(refreshToken, change) {
      if (!isRefreshToken(refreshToken)) throw invalid("not a refresh token");
      const salt = newSuccessorSalt();
      const { rows } = await runner.run(ROTATE_TOKEN, [
        hashOf(refreshToken),
        salt,
        hashOf(successorOf(refreshToken, salt)),
        String(graceSeconds),
        String(refreshExpirySeconds),
        String(keptSeconds),
        change?.role ?? null,
        change?.tenantId ?? null,
      ]);
      const [row] = rows;
      if (row === undefined) throw invalid("unknown, expired or revoked refresh token");
      const session = toSession(row);
      const [successorSalt, inTime] = row.slice(4);
      if (inTime === "t" && typeof successorSalt === "string") {
        return { ...session, refreshToken: successorOf(refreshToken, successorSalt) };
      }
      const { sessionId, subject } = session;
      revoked.add(sessionId);
      const details = { session_id: sessionId, sub: subject.sub };
      logger.warn("Session revoked", { reason: REUSE, ...details });
      throw refuseRefreshToken({ code: "AUTH_REFRESH_TOKEN_REUSED", reason: REUSE, details });
    },

    revokeFamily: async (sessionId) => UUID.test(sessionId) && (await revoke(REVOKE_SESSION, sessionId)) > 0,
    revokeFamilyOf: async (refreshToken) =>
      isRefreshToken(refreshToken) && (await revoke(REVOKE_SESSION_OF_TOKEN, hashOf(refreshToken))) > 0,
    revokeSubject: (sub) => revoke(REVOKE_SUBJECT, sub),
    isRevoked: ({ sessionId }) => sessionId !== undefined && revoked.has(sessionId),

    async watch() {
      watching ??= watchRevocations({
        learn: async (sinceSeconds) => {
          const { rows } = await runner.run(LIST_REVOKED, [String(sinceSeconds), String(maxRevoked)]);
          for (const [sessionId] of rows.toReversed()) revoked.add(String(sessionId));
        },
        keepSeconds: rememberedSeconds,
        pollSeconds,
        logger,
      });
      await watching;
    },
    ...closeable(async () => {
      // A first look that failed was its caller's to report.
      const watch = await watching?.catch(() => undefined);
      await watch?.close();
    }),
  };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const REUSE = "refresh token reuse";

function invalid(reason: string): Error {
  return refuseRefreshToken({ code: "AUTH_REFRESH_TOKEN_INVALID", reason });
}

function toSession(row: readonly (string | null)[]): { readonly sessionId: string; readonly subject: Subject } {
  const [sessionId, sub, role, tenantId] = row;
  return {
    sessionId: String(sessionId),
    subject: { sub: String(sub), role: String(role), tenantId: tenantId ?? undefined },
  };
}
