import type { SqlRunner } from "../database-port.ts";

/** Remembers how receivers do. */
export interface EndpointStore {
  isDisabled(url: string): Promise<boolean>;
  /** Notes a success: failures that came before it no longer count. */
  succeeded(url: string): Promise<void>;
  /** Notes a failure; true when it is the one that disables the receiver. */
  failed(url: string, reason: string): Promise<boolean>;
  /** Disables a receiver; true when it was not disabled before. */
  disable(url: string, reason: string): Promise<boolean>;
  /** Lets a receiver have webhooks again. */
  enable(url: string): Promise<void>;
}

export interface EndpointStoreOptions {
  readonly database: SqlRunner;
  /** Failed attempts in a row that disable a receiver. @default 50 */
  readonly disableAfter?: number;
}

const IS_DISABLED = {
  name: "webhook.isDisabled",
  text: `SELECT 1 FROM "shaperail_webhook_endpoints" WHERE "url" = $1 AND "disabled_at" IS NOT NULL`,
};
const SUCCEEDED = {
  name: "webhook.succeeded",
  text: `DELETE FROM "shaperail_webhook_endpoints" WHERE "url" = $1 AND "disabled_at" IS NULL`,
};
/** Counts, and says whether this was the failure that made it too many. `$3` is how many are. */
const FAILED = {
  name: "webhook.failed",
  text: `INSERT INTO "shaperail_webhook_endpoints" AS e ("url", "failures", "disabled_at", "reason") VALUES ($1, 1, CASE WHEN $3::bigint <= 1 THEN now() END, $2)
ON CONFLICT ("url") DO UPDATE SET "failures" = e."failures" + 1, "updated_at" = now(), "reason" = CASE WHEN e."disabled_at" IS NULL THEN excluded."reason" ELSE e."reason" END,
  "disabled_at" = CASE WHEN e."disabled_at" IS NULL AND e."failures" + 1 >= $3::bigint THEN now() ELSE e."disabled_at" END
RETURNING "failures" = $3::bigint AND "disabled_at" IS NOT NULL`,
};
const DISABLE = {
  name: "webhook.disable",
  text: `INSERT INTO "shaperail_webhook_endpoints" AS e ("url", "failures", "disabled_at", "reason") VALUES ($1, 1, now(), $2)
ON CONFLICT ("url") DO UPDATE SET "disabled_at" = now(), "reason" = excluded."reason", "updated_at" = now() WHERE e."disabled_at" IS NULL RETURNING 1`,
};
const ENABLE = { name: "webhook.enable", text: `DELETE FROM "shaperail_webhook_endpoints" WHERE "url" = $1` };

/** Keeps receivers in `shaperail_webhook_endpoints`, so that all processes know what one has found out. */
export function createEndpointStore({ database, disableAfter = 50 }: EndpointStoreOptions): EndpointStore {
  if (!Number.isInteger(disableAfter) || disableAfter < 1)
    throw new TypeError(`disableAfter is ${disableAfter}, not a whole number above 0.`);
  return {
    isDisabled: async (url) => (await database.run(IS_DISABLED, [url])).rows.length > 0,
    succeeded: async (url) => void (await database.run(SUCCEEDED, [url])),
    failed: async (url, reason) =>
      (await database.run(FAILED, [url, reason, String(disableAfter)])).rows[0]?.[0] === "t",
    disable: async (url, reason) => (await database.run(DISABLE, [url, reason])).rows.length > 0,
    enable: async (url) => void (await database.run(ENABLE, [url])),
  };
}
