import type { SqlStatement } from "../sql-runner.ts";

/** A time as milliseconds since 1970, which needs no parsing of dates. */
const ms = (column: string): string => `trunc(extract(epoch FROM ${column}) * 1000)`;
const RECORD = `id, prefix, label, role, subject, tenant_id, ${ms("created_at")}, ${ms("expires_at")}, ${ms("last_used_at")}, ${ms("revoked_at")}`;

export const FIND_KEY: SqlStatement = {
  name: "auth.api_key.find",
  text: `SELECT id, hash, subject, role, tenant_id, ${ms("expires_at")}, ${ms("last_used_at")}
FROM shaperail_api_keys
WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
};

export const CREATE_KEY: SqlStatement = {
  name: "auth.api_key.create",
  text: `INSERT INTO shaperail_api_keys (id, prefix, hash, label, role, subject, tenant_id, created_at, expires_at)
VALUES ($1::uuid, $2, $3, $4, $5, $6, $7, now(), now() + make_interval(secs => $8))
RETURNING ${RECORD}`,
};

export const LIST_KEYS: SqlStatement = {
  name: "auth.api_key.list",
  text: `SELECT ${RECORD} FROM shaperail_api_keys ORDER BY created_at, id`,
};

/** A key that was revoked before keeps the time of its end. */
export const REVOKE_KEY: SqlStatement = {
  name: "auth.api_key.revoke",
  text: `UPDATE shaperail_api_keys SET revoked_at = COALESCE(revoked_at, now()) WHERE id = $1::uuid RETURNING hash`,
};

/** Whatever several processes ask for at once, a key's row is written once in that time. */
export const TOUCH_KEY: SqlStatement = {
  name: "auth.api_key.touch",
  text: `UPDATE shaperail_api_keys SET last_used_at = now()
WHERE id = $1::uuid AND (last_used_at IS NULL OR last_used_at < now() - make_interval(secs => $2))`,
};
