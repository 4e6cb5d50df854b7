import { expect, test } from "vitest";
import { EventsError } from "../errors.ts";
import type { DeliveryRecord } from "./delivery-log.ts";
import type { WebhookOutcome } from "./outcome.ts";
import type { WebhookSender } from "./sender.ts";
import { webhookJob, type WebhookJob, WEBHOOK_PAUSES_MS } from "./webhook-job.ts";

const payload = { url: "https://example.org/hook", event_id: "1", body: "{}" };
const running = new AbortController().signal;

function jobThatMeets(outcome: WebhookOutcome, log?: (record: DeliveryRecord) => Promise<void>): WebhookJob {
  const sender = {
    deliver: async () => ({ outcome, durationMs: 1, responseBytes: 0, isTruncated: false }),
  } as unknown as WebhookSender;
  return webhookJob({ sender, secrets: () => ["secret"], ...(log ? { log } : {}) });
}
const errorOf = (job: WebhookJob): Promise<Error> =>
  job.handle(payload, { attempt: 1, signal: running }).then(
    () => new Error("delivered"),
    (error: Error) => error,
  );

test.each<{ outcome: WebhookOutcome; code: string; pause: number | "give-up" }>([
  { outcome: { kind: "rejected", status: 500, retryAfterMs: undefined }, code: "EVENTS_WEBHOOK_FAILED", pause: 5_000 },
  { outcome: { kind: "rejected", status: 301, retryAfterMs: undefined }, code: "EVENTS_WEBHOOK_FAILED", pause: 5_000 },
  { outcome: { kind: "throttled", status: 429, retryAfterMs: 60_000 }, code: "EVENTS_WEBHOOK_FAILED", pause: 60_000 },
  { outcome: { kind: "throttled", status: 429, retryAfterMs: 1 }, code: "EVENTS_WEBHOOK_FAILED", pause: 5_000 },
  { outcome: { kind: "unreachable", reason: "TIMEOUT" }, code: "EVENTS_WEBHOOK_FAILED", pause: 5_000 },
  { outcome: { kind: "gone", status: 410 }, code: "EVENTS_ENDPOINT_DISABLED", pause: "give-up" },
  { outcome: { kind: "refused" }, code: "EVENTS_ADDRESS_REFUSED", pause: "give-up" },
])("$outcome.kind is $code, and the next attempt comes after $pause", async ({ outcome, code, pause }) => {
  const job = jobThatMeets(outcome);
  const error = await errorOf(job);
  expect(error).toMatchObject({ code, hint: expect.any(String) });
  expect(job.backoff(1, error)).toBe(pause);
});

test("the pauses are those of Standard Webhooks: ten attempts within 75.6 hours", () => {
  expect(jobThatMeets({ kind: "delivered", status: 200 }).attempts).toBe(10);
  expect(WEBHOOK_PAUSES_MS.reduce((sum, pause) => sum + pause, 0) / 3_600_000).toBeCloseTo(75.58, 1);
});

test("an error of somebody else is tried again, one of a missing secret is not", () => {
  const job = jobThatMeets({ kind: "delivered", status: 200 });
  expect(job.backoff(2, new Error("the database is away"))).toBe(300_000);
  expect(job.backoff(1, new EventsError("no", { code: "EVENTS_SECRET_MISSING" }))).toBe("give-up");
});

test("a log that fails does not deliver the webhook again", async () => {
  const job = jobThatMeets({ kind: "delivered", status: 200 }, () => Promise.reject(new Error("no disk")));
  await expect(job.handle(payload, { attempt: 1, signal: running })).resolves.toBeUndefined();
});

test("an attempt that was ended because the worker closes is no failure of the receiver", async () => {
  const records: DeliveryRecord[] = [];
  const job = jobThatMeets({ kind: "unreachable", reason: "ABORTED" }, async (record) => void records.push(record));
  const closing = new Error("closing");
  await expect(job.handle(payload, { attempt: 1, signal: AbortSignal.abort(closing) })).rejects.toBe(closing);
  expect(records).toEqual([]);
});
