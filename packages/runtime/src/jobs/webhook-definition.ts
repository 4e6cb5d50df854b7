import type { WebhooksConfig } from "@shaperail/config";
import type { Closeable, Logger, Observer } from "@shaperail/core";
import {
  createDeliveryLog,
  createEndpointStore,
  createWebhookSender,
  type Outbox,
  WEBHOOK_PAUSES_MS,
  webhookJob,
  type WebhookJobPayload,
} from "@shaperail/events";
import type { Database } from "@shaperail/db";
import { defineJob, type JobDefinition } from "@shaperail/jobs";

export interface WebhookParts {
  readonly config: WebhooksConfig;
  readonly database: Database;
  readonly outbox: Outbox;
  readonly logger: Logger;
  readonly observer: Observer;
}

/** The job that delivers webhooks; whoever opens it closes its connections. */
export function webhookDefinition({ config, database, outbox, logger, observer }: WebhookParts): {
  readonly sender: Closeable;
  readonly job: JobDefinition;
} {
  const { secret, timeoutSeconds, maxRetries, disableAfter, allow, allowHttp } = config;
  const sender = createWebhookSender({ timeoutMs: timeoutSeconds * 1_000, allow, allowHttp, observer });
  const longest = WEBHOOK_PAUSES_MS.at(-1) ?? 0;
  const job = webhookJob({
    sender,
    secrets: () => [secret.reveal()],
    endpoints: createEndpointStore({ database, disableAfter }),
    log: createDeliveryLog({ database }),
    pausesMs: Array.from({ length: maxRetries }, (_, index) => WEBHOOK_PAUSES_MS[index] ?? longest),
    async onDisabled({ url, reason }) {
      const event = { kind: "event", name: "webhook.disabled", resource: "webhook", action: "disabled" } as const;
      // Without what may be secret in it: a path or query often is.
      await outbox.store({ ...event, data: { origin: new URL(url).origin, reason } });
      outbox.wake();
    },
    logger,
  });
  // Jobs are kept by name, whatever the payload of each is.
  return { sender, job: defineJob<WebhookJobPayload>(job) as JobDefinition };
}
