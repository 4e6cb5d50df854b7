import { expect, test } from "vitest";
import * as events from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(events).toSorted()).toEqual([
    "DELIVERY_LOG_TABLE",
    "ENDPOINTS_TABLE",
    "EVENTS_TABLES",
    "EVENT_LOG_TABLE",
    "EventsError",
    "HOOK_JOB",
    "OUTBOX_TABLE",
    "WEBHOOK_JOB",
    "WEBHOOK_PAUSES_MS",
    "compilePattern",
    "createDeliveryLog",
    "createEndpointStore",
    "createEventRouter",
    "createOutbox",
    "createWebhookSender",
    "forgetOutboxJob",
    "outboxInsert",
    "signWebhook",
    "verifyWebhook",
    "webhookJob",
  ]);
});
