import { randomUUID } from "node:crypto";
import type { SqlRunner } from "../database-port.ts";
import type { WebhookOutcome } from "./outcome.ts";

/** An attempt to deliver a webhook, as it is logged. */
export interface DeliveryRecord {
  readonly eventId: string;
  readonly url: string;
  readonly attempt: number;
  readonly durationMs: number;
  readonly outcome: WebhookOutcome | { readonly kind: "disabled" };
  /** True when there will be another attempt. */
  readonly isPending: boolean;
}

/** Keeps attempts. */
export type DeliveryLog = (record: DeliveryRecord) => Promise<void>;

const INSERT = {
  name: "webhook.log",
  text: `INSERT INTO "shaperail_webhook_delivery_log" ("delivery_id", "event_id", "url", "status_code", "status", "latency_ms", "error", "attempt", "timestamp") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
};

/** Writes attempts to `shaperail_webhook_delivery_log`. */
export function createDeliveryLog({ database }: { readonly database: SqlRunner }): DeliveryLog {
  return async ({ eventId, url, attempt, durationMs, outcome, isPending }) => {
    const status = outcome.kind === "delivered" ? "success" : isPending ? "pending" : "failed";
    const code = "status" in outcome ? outcome.status : 0;
    const error = outcome.kind === "delivered" ? null : describeOutcome(outcome);
    const values = [randomUUID(), eventId, url, code, status, durationMs, error, attempt, new Date().toISOString()];
    await database.run(
      INSERT,
      values.map((value) => (value === null ? null : String(value))),
    );
  };
}

/** An outcome as text, for logs: never an address, never what the receiver wrote. */
export function describeOutcome(outcome: DeliveryRecord["outcome"]): string {
  switch (outcome.kind) {
    case "delivered":
    case "gone":
    case "throttled":
    case "rejected":
      return `${outcome.kind}: ${outcome.status}`;
    case "unreachable":
      return `unreachable: ${outcome.reason}`;
    case "refused":
      return "refused: the address may not be called";
    case "disabled":
      return "disabled: nothing was sent";
  }
}
