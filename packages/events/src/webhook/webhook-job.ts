import { type Logger, noopLogger } from "@shaperail/core";
import { EventsError } from "../errors.ts";
import { WEBHOOK_JOB, type WebhookJobPayload } from "../event-router.ts";
import { type DeliveryLog, type DeliveryRecord, describeOutcome } from "./delivery-log.ts";
import type { EndpointStore } from "./endpoint-store.ts";
import type { WebhookSender } from "./sender.ts";
import type { WebhookOutcome } from "./outcome.ts";

export interface WebhookJobOptions {
  readonly sender: WebhookSender;
  /** The secrets of a receiver, the one to sign with first. */
  readonly secrets: (url: string) => readonly string[];
  /** @default nothing is remembered, and nobody is disabled */
  readonly endpoints?: EndpointStore;
  /** @default nothing is logged */
  readonly log?: DeliveryLog;
  /** Pauses between attempts, in milliseconds; one attempt more than there are pauses. @default {@link WEBHOOK_PAUSES_MS} */
  readonly pausesMs?: readonly number[];
  /** Called once when a receiver is disabled: the place to store an event that says so. */
  readonly onDisabled?: (endpoint: { readonly url: string; readonly reason: string }) => Promise<void>;
  /** @default a logger that writes nothing */
  readonly logger?: Logger;
}

/** The job that delivers webhooks, for `defineJob` of `@shaperail/jobs`. */
export interface WebhookJob {
  readonly name: string;
  readonly attempts: number;
  readonly timeoutMs: number;
  handle(
    payload: WebhookJobPayload,
    context: { readonly attempt: number; readonly signal: AbortSignal },
  ): Promise<void>;
  backoff(attempt: number, error: Error): number | "give-up";
}

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
/** The pauses that Standard Webhooks propose: ten attempts over some three days. */
export const WEBHOOK_PAUSES_MS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** Describes the job behind webhook targets: sign, post, log, try again later, and disable receivers that are gone. */
export function webhookJob({
  sender,
  secrets,
  endpoints,
  log = async () => undefined,
  pausesMs = WEBHOOK_PAUSES_MS,
  onDisabled = async () => undefined,
  logger: parentLogger = noopLogger,
}: WebhookJobOptions): WebhookJob {
  const logger = parentLogger.child("shaperail_runtime::webhooks");
  const attempts = pausesMs.length + 1;

  /** A log that fails must not deliver the webhook a second time. */
  const note = (record: DeliveryRecord): Promise<void> =>
    log(record).catch((error: unknown) =>
      logger.warn("A delivery could not be logged", { event_id: record.eventId, error }),
    );

  async function disable(url: string, reason: string): Promise<void> {
    logger.error("A receiver of webhooks was disabled", { host: new URL(url).host, reason });
    await onDisabled({ url, reason });
  }

  /** Remembers what became of the attempt, and disables the receiver when it is time to. */
  async function remember(url: string, outcome: WebhookOutcome): Promise<void> {
    if (endpoints === undefined) return;
    const reason = describeOutcome(outcome);
    if (outcome.kind === "delivered") await endpoints.succeeded(url);
    else if (outcome.kind === "gone" ? await endpoints.disable(url, reason) : await endpoints.failed(url, reason))
      await disable(url, reason);
  }

  return {
    name: WEBHOOK_JOB,
    attempts,
    // The sender has its own deadline, which is shorter.
    timeoutMs: 300_000,
    async handle({ url, event_id: eventId, body }, { attempt, signal }) {
      const record = { eventId, url, attempt };
      if (await endpoints?.isDisabled(url)) {
        await note({ ...record, durationMs: 0, outcome: { kind: "disabled" }, isPending: false });
        return;
      }
      const { outcome, durationMs } = await sender.deliver({ url, id: eventId, body, secrets: secrets(url), signal });
      // A worker that closes is no fault of the receiver.
      if (signal.aborted && outcome.kind !== "delivered") throw signal.reason;
      const isPending = mayRecover(outcome) && attempt < attempts;
      await note({ ...record, durationMs, outcome, isPending });
      await remember(url, outcome);
      if (outcome.kind !== "delivered") throw failure(outcome);
    },
    backoff(attempt, error) {
      if (!(error instanceof EventsError)) return pauseOf(pausesMs, attempt);
      if (error.code !== "EVENTS_WEBHOOK_FAILED") return "give-up";
      const wanted = error.details?.["retryAfterMs"];
      return Math.max(typeof wanted === "number" ? wanted : 0, pauseOf(pausesMs, attempt));
    },
  };
}

function pauseOf(pausesMs: readonly number[], attempt: number): number {
  return pausesMs[attempt - 1] ?? pausesMs.at(-1) ?? 0;
}

function mayRecover({ kind }: WebhookOutcome): boolean {
  return kind === "throttled" || kind === "rejected" || kind === "unreachable";
}

function failure(outcome: WebhookOutcome): EventsError {
  if (outcome.kind === "gone")
    return new EventsError("The receiver of the webhook is gone and was disabled.", {
      code: "EVENTS_ENDPOINT_DISABLED",
      hint: "Take the receiver out of the configuration, or enable it again.",
    });
  if (outcome.kind === "refused")
    return new EventsError("The receiver of the webhook has an address that may not be called.", {
      code: "EVENTS_ADDRESS_REFUSED",
      hint: "Allow the address when the receiver is meant to be inside.",
    });
  return new EventsError(`The receiver did not accept the webhook (${describeOutcome(outcome)}).`, {
    code: "EVENTS_WEBHOOK_FAILED",
    hint: "Look at the receiver; the delivery log has every attempt.",
    details: { outcome: outcome.kind, ...("retryAfterMs" in outcome ? { retryAfterMs: outcome.retryAfterMs } : {}) },
  });
}
