import type { TableModel } from "./table-model.ts";

/** A table of Shaperail's own, beside those of the resources. Its name starts with `shaperail_`, which no resource may. */
export interface SystemTable {
  readonly name: string;
  /** Some resource of the connection does something that needs it. */
  isNeeded(tables: readonly TableModel[]): boolean;
  readonly up: string;
  readonly down: string;
}

/**
 * Answers to creates that came with an `Idempotency-Key`, for as long as a client may repeat them.
 * The body is the answer as it was sent, which shows no sensitive field.
 */
const IDEMPOTENCY_KEYS: SystemTable = {
  name: "shaperail_idempotency_keys",
  isNeeded: (tables) => tables.some(({ endpoints }) => endpoints.some(({ kind }) => kind === "create")),
  up: `CREATE TABLE "shaperail_idempotency_keys" (
  "scope" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "fingerprint" TEXT NOT NULL,
  "status" BIGINT NOT NULL,
  "headers" TEXT NOT NULL,
  "body" TEXT NOT NULL,
  "expires_at" TIMESTAMPTZ NOT NULL,
  PRIMARY KEY ("scope", "key")
);
CREATE INDEX "idx_shaperail_idempotency_keys_expires_at" ON "shaperail_idempotency_keys" ("expires_at");
`,
  down: `DROP TABLE "shaperail_idempotency_keys";
`,
};

export const SYSTEM_TABLES: readonly SystemTable[] = [IDEMPOTENCY_KEYS];
