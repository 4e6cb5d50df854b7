export type { SqlAnswer, SqlDatabase, SqlRunner, SqlStatement } from "./database-port.ts";
export { EventsError, type EventsErrorCode } from "./errors.ts";
export {
  createEventRouter,
  type EventPayload,
  type EventRouter,
  type EventSubscriber,
  type EventTarget,
  HOOK_JOB,
  type HookJobPayload,
  WEBHOOK_JOB,
  type WebhookJobPayload,
} from "./event-router.ts";
export { forgetOutboxJob } from "./outbox/forget-job.ts";
export { outboxInsert, type OutboxInsertOptions, type OutboxIntent } from "./outbox/insert-sql.ts";
export {
  createOutbox,
  type Listen,
  type Outbox,
  type OutboxEntry,
  type OutboxOptions,
  type OutboxStats,
} from "./outbox/outbox.ts";
export type { OutboxJob, OutboxQueue } from "./outbox/outbox-queue.ts";
export type { RelayedEvent } from "./outbox/outbox-row.ts";
export { compilePattern, type EventPattern } from "./pattern.ts";
export {
  DELIVERY_LOG_TABLE,
  ENDPOINTS_TABLE,
  EVENT_LOG_TABLE,
  EVENTS_TABLES,
  type EventsTable,
  OUTBOX_TABLE,
} from "./system-tables.ts";
export type { AddressGuardOptions, Lookup } from "./webhook/address-guard.ts";
export { createDeliveryLog, type DeliveryLog, type DeliveryRecord } from "./webhook/delivery-log.ts";
export { createEndpointStore, type EndpointStore, type EndpointStoreOptions } from "./webhook/endpoint-store.ts";
export type { WebhookOutcome } from "./webhook/outcome.ts";
export {
  createWebhookSender,
  type OutgoingWebhook,
  type WebhookDelivery,
  type WebhookSender,
  type WebhookSenderOptions,
} from "./webhook/sender.ts";
export { signWebhook, type SignWebhookOptions, type WebhookHeaders } from "./webhook/sign.ts";
export type { ReceivedHeaders, WebhookScheme } from "./webhook/signature.ts";
export { type ReplayStore, type VerifiedWebhook, verifyWebhook, type VerifyWebhookOptions } from "./webhook/verify.ts";
export { webhookJob, type WebhookJob, type WebhookJobOptions, WEBHOOK_PAUSES_MS } from "./webhook/webhook-job.ts";
