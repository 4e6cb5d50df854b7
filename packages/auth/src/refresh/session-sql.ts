import type { SqlStatement } from "../sql-runner.ts";

/** Starts a session; and removes a few that are over, so that there are never many more of them than logins. */
export const START_SESSION: SqlStatement = {
  name: "auth.session.start",
  text: `WITH over AS (
  SELECT id FROM shaperail_sessions WHERE expires_at < now() ORDER BY expires_at LIMIT 10 FOR UPDATE SKIP LOCKED
), removed AS (
  DELETE FROM shaperail_sessions WHERE id IN (SELECT id FROM over)
), started AS (
  INSERT INTO shaperail_sessions (id, subject, role, tenant_id, created_at, expires_at)
  VALUES ($1::uuid, $2, $3, $4, now(), now() + make_interval(secs => $6))
  RETURNING id
)
INSERT INTO shaperail_refresh_tokens (hash, session_id, issued_at, expires_at)
SELECT $5, id, now(), now() + make_interval(secs => $7) FROM started`,
};

/** Whose token it is, spent or not. */
export const FIND_SESSION: SqlStatement = {
  name: "auth.session.find",
  text: `SELECT s.id, s.subject, s.role, s.tenant_id
FROM shaperail_refresh_tokens t JOIN shaperail_sessions s ON s.id = t.session_id
WHERE t.hash = $1 AND t.expires_at > now() AND s.revoked_at IS NULL`,
};

/**
 * Spends a token and inserts its successor; or, when it was spent before, finds the salt of the successor it has; or, when
 * that was too long ago, revokes the session. All of it under the lock of the session's row, which comes first.
 *
 * The snapshot of a statement that had to wait for the lock is old. What the others wrote meanwhile is seen nevertheless,
 * because an UPDATE goes by the newest version of the row it found: so `rotated_at` is read in RETURNING, and nowhere else.
 *
 * Salts that no retry needs any more are erased: with one of them and the old token, the successor could be computed.
 * Tokens that are too old to be accepted go too, so that a session that is never left does not grow without end.
 */
export const ROTATE_TOKEN: SqlStatement = {
  name: "auth.session.rotate",
  text: `WITH session AS MATERIALIZED (
  SELECT id FROM shaperail_sessions
  WHERE id = (SELECT session_id FROM shaperail_refresh_tokens WHERE hash = $1) AND revoked_at IS NULL
  FOR UPDATE
), token AS (
  UPDATE shaperail_refresh_tokens AS t
  SET rotated_at = COALESCE(t.rotated_at, clock_timestamp()),
    successor_salt = CASE WHEN t.rotated_at IS NULL THEN $2 ELSE t.successor_salt END
  FROM session
  WHERE t.hash = $1 AND t.session_id = session.id AND t.expires_at > now()
  RETURNING t.session_id, t.successor_salt AS salt,
    t.successor_salt IS NOT NULL AND t.rotated_at > clock_timestamp() - make_interval(secs => $4) AS in_time
), successor AS (
  INSERT INTO shaperail_refresh_tokens (hash, session_id, issued_at, expires_at)
  SELECT $3, session_id, now(), now() + make_interval(secs => $5) FROM token WHERE salt = $2
), erased AS (
  UPDATE shaperail_refresh_tokens AS t SET successor_salt = NULL
  FROM token
  WHERE t.session_id = token.session_id AND t.hash <> $1 AND t.successor_salt IS NOT NULL
    AND t.rotated_at < now() - make_interval(secs => $4) AND t.expires_at > now()
), removed AS (
  DELETE FROM shaperail_refresh_tokens AS t
  USING token WHERE t.session_id = token.session_id AND t.expires_at <= now()
)
UPDATE shaperail_sessions AS s
SET revoked_at = CASE WHEN token.in_time THEN NULL ELSE clock_timestamp() END,
  expires_at = CASE WHEN token.in_time THEN GREATEST(s.expires_at, now() + make_interval(secs => $6)) ELSE s.expires_at END,
  role = CASE WHEN token.in_time THEN COALESCE($7::text, s.role) ELSE s.role END,
  tenant_id = CASE WHEN token.in_time AND $7::text IS NOT NULL THEN $8::text ELSE s.tenant_id END
FROM token WHERE s.id = token.session_id
RETURNING s.id, s.subject, s.role, s.tenant_id, token.salt, token.in_time`,
};

export const REVOKE_SESSION: SqlStatement = {
  name: "auth.session.revoke",
  text: `UPDATE shaperail_sessions SET revoked_at = clock_timestamp() WHERE id = $1::uuid AND revoked_at IS NULL RETURNING id`,
};

/** Any token of the session will do, also a spent one: it was the session's own. */
export const REVOKE_SESSION_OF_TOKEN: SqlStatement = {
  name: "auth.session.revoke_by_token",
  text: `UPDATE shaperail_sessions SET revoked_at = clock_timestamp()
WHERE id = (SELECT session_id FROM shaperail_refresh_tokens WHERE hash = $1) AND revoked_at IS NULL
RETURNING id`,
};

export const REVOKE_SUBJECT: SqlStatement = {
  name: "auth.session.revoke_subject",
  text: `UPDATE shaperail_sessions SET revoked_at = clock_timestamp() WHERE subject = $1 AND revoked_at IS NULL RETURNING id`,
};

/** The newest first: should there be more than fit, those are the ones whose access tokens live longest. */
export const LIST_REVOKED: SqlStatement = {
  name: "auth.session.list_revoked",
  text: `SELECT id FROM shaperail_sessions
WHERE revoked_at > now() - make_interval(secs => $1) ORDER BY revoked_at DESC LIMIT $2::bigint`,
};
