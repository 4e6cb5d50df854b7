import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isShaperailError } from "@shaperail/core";
import { HttpError } from "@shaperail/http";
import type { Rendered } from "../controller.ts";
import { toJsonText } from "../input/json-text.ts";
import { validationError } from "../input/issue.ts";
import type { Access } from "../port.ts";
import { toHttpError } from "../sql/db-error.ts";
import type { OpenTransaction } from "../sql/session.ts";
import { type EndpointContext, isControlled } from "./endpoint-context.ts";

/** How long an answer is kept for a client that repeats its request. */
const KEPT_HOURS = 24;

const LOCK = {
  name: "shaperail_idempotency_lock",
  text: "SELECT pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))",
};
const FIND = {
  name: "shaperail_idempotency_find",
  text: 'SELECT "fingerprint", "status", "headers", "body" FROM "shaperail_idempotency_keys" WHERE "scope" = $1 AND "key" = $2 AND "expires_at" > now()',
};
// Whoever adds a key removes a few that are too old: the table cleans itself at the rate it grows.
const KEEP = {
  name: "shaperail_idempotency_keep",
  text: `WITH pruned AS (DELETE FROM "shaperail_idempotency_keys" WHERE ctid IN (SELECT ctid FROM "shaperail_idempotency_keys" WHERE "expires_at" <= now() AND ("scope", "key") <> ($1, $2) LIMIT 10 FOR UPDATE SKIP LOCKED))
INSERT INTO "shaperail_idempotency_keys" AS k ("scope", "key", "fingerprint", "status", "headers", "body", "expires_at")
VALUES ($1, $2, $3, $4, $5, $6, now() + interval '${KEPT_HOURS} hours')
ON CONFLICT ("scope", "key") DO UPDATE SET "fingerprint" = $3, "status" = excluded."status", "headers" = $5, "body" = $6, "expires_at" = excluded."expires_at"`,
};

/**
 * The key of a request that may be repeated, from `Idempotency-Key`; undefined without one.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 * @throws HttpError `VALIDATION_ERROR` unless it is 1 to 255 visible ASCII characters.
 */
export function idempotencyKey({ headers }: IncomingMessage): string | undefined {
  const key = headers["idempotency-key"];
  if (key === undefined) return undefined;
  if (typeof key === "string" && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  const message = "must be 1 to 255 visible ASCII characters";
  throw validationError([{ field: "Idempotency-Key", code: "invalid_value", message }]);
}

export interface Repeatable {
  readonly key: string;
  readonly body: unknown;
  readonly access: Access;
}

/**
 * Answers a request once: the first time by `work`, whose writes and answer are stored together or not at all; then, for 24 hours, with the
 * answer that was stored.
 *
 * @throws HttpError `VALIDATION_ERROR` when the key came with another body, `CONFLICT` while the first request is under way.
 */
export async function answerOnce(
  { key, body, access: { subject } }: Repeatable,
  context: EndpointContext,
  work: (transaction: OpenTransaction) => Promise<Rendered>,
): Promise<Rendered> {
  const { table, statementName, transaction, turns } = context;
  if (transaction === undefined) throw unsupported();
  // A key belongs to one caller at one endpoint; others may use the same.
  const caller = [statementName, subject?.tenantId ?? "", subject?.sub ?? ""]
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join(" ");
  const fingerprint = createHash("sha256")
    .update(toJsonText(body) ?? "")
    .digest("base64url");
  const once = (): Promise<Rendered> =>
    transaction(async (open) => {
      const { run } = open;
      const { rows: locked } = await run(LOCK, [caller, key]);
      if (locked[0]?.[0] !== "t") throw underWay();
      const { rows } = await run(FIND, [caller, key]);
      const [found] = rows;
      if (found !== undefined) return replay(found, fingerprint);
      const answer = await work(open);
      const headers = JSON.stringify(answer.headers ?? {});
      await run(KEEP, [caller, key, fingerprint, String(answer.status), headers, answer.body]);
      return answer;
    });
  try {
    // As many as there are connections would hold them all, each waiting for another one for its controllers.
    return await (isControlled(context) ? turns(once) : once());
  } catch (error) {
    const isMissing = isShaperailError(error) && error.code === "DB_SCHEMA_MISMATCH";
    throw isMissing ? unsupported(error) : toHttpError(error, table);
  }
}

function replay([kept, status, headers, body]: readonly (string | null)[], fingerprint: string): Rendered {
  if (kept !== fingerprint) {
    const message = "was used before with another body";
    throw validationError([{ field: "Idempotency-Key", code: "invalid_value", message }]);
  }
  const stored = JSON.parse(headers ?? "{}") as Record<string, string>;
  return { status: Number(status), body: body ?? "", headers: { ...stored, "Idempotency-Replayed": "true" } };
}

function underWay(): HttpError {
  return new HttpError("A request with this Idempotency-Key is under way", {
    code: "CONFLICT",
    headers: { "Retry-After": "1" },
  });
}

function unsupported(cause?: unknown): HttpError {
  return new HttpError("Idempotency-Key is not available here", {
    code: "NOT_IMPLEMENTED",
    hint: "Run `shaperail migrate`: the table shaperail_idempotency_keys is missing.",
    cause,
  });
}
