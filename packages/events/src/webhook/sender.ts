import { isIP } from "node:net";
import { getCACertificates } from "node:tls";
import { type Closeable, closeable, noopObserver, type Observer } from "@shaperail/core";
import { Agent, buildConnector, type Dispatcher, request } from "undici";
import { EventsError } from "../errors.ts";
import { type AddressGuard, type AddressGuardOptions, createAddressGuard, refused } from "./address-guard.ts";
import { parseRetryAfter, toOutcome, type WebhookOutcome } from "./outcome.ts";
import { requireSecrets } from "./secret.ts";
import { signWebhook } from "./sign.ts";

export interface WebhookSenderOptions extends AddressGuardOptions {
  /** Longest time for a delivery from name look-up to the end of the answer, in milliseconds. @default 15_000 */
  readonly timeoutMs?: number;
  /** `http:` URLs are refused unless this says otherwise: body and headers would travel in the clear. @default false */
  readonly allowHttp?: boolean;
  /** Most bytes of an answer that are read before the connection is cut. @default 65_536 */
  readonly maxResponseBytes?: number;
  /** Certificates to trust besides those of Node, in PEM. @default none */
  readonly ca?: readonly string[];
  /** Sent as `User-Agent`. @default "Shaperail-Webhook/1" */
  readonly userAgent?: string;
  /** Sees every delivery as `webhook.deliver`. @default an observer that reports nothing */
  readonly observer?: Observer;
}

/** A webhook on its way. */
export interface OutgoingWebhook {
  readonly url: string;
  /** The same for every attempt. */
  readonly id: string;
  /** Sent as it is; JSON. */
  readonly body: string | Uint8Array;
  /** One secret, or two while they are being changed, the new one first. */
  readonly secrets: readonly string[];
  /** Ends the attempt early. @default only `timeoutMs` does */
  readonly signal?: AbortSignal;
}

/** An attempt to deliver a webhook. */
export interface WebhookDelivery {
  readonly outcome: WebhookOutcome;
  readonly durationMs: number;
  /** Bytes of the answer that were read. */
  readonly responseBytes: number;
  /** True when the answer was longer than `maxResponseBytes`, or did not end in time. */
  readonly isTruncated: boolean;
}

export interface WebhookSender extends Closeable {
  /**
   * Signs a webhook and posts it once. What the receiver or the network does is an outcome, not an error.
   *
   * @throws `EventsError` `EVENTS_SECRET_MISSING`, `EVENTS_SECRET_INVALID`, `EVENTS_WEBHOOK_URL_INVALID`
   */
  deliver(webhook: OutgoingWebhook): Promise<WebhookDelivery>;
}

/**
 * Opens a client for webhooks. It follows no redirects, checks every address before it is dialled and once more when the
 * connection is there, and keeps connections alive for receivers that get many.
 */
export function createWebhookSender({
  timeoutMs = 15_000,
  allowHttp = false,
  maxResponseBytes = 65_536,
  ca = [],
  userAgent = "Shaperail-Webhook/1",
  observer = noopObserver,
  ...addresses
}: WebhookSenderOptions = {}): WebhookSender {
  const guard = createAddressGuard(addresses);
  const agent = new Agent({
    connect: guardedConnector(guard, { timeoutMs, ca }),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxHeaderSize: 16_384,
    connections: 16,
    allowH2: false,
  });

  async function post(
    { url, id, body, secrets, signal: stop }: OutgoingWebhook,
    target: URL,
  ): Promise<WebhookDelivery> {
    const started = performance.now();
    const headers = {
      "content-type": "application/json",
      "user-agent": userAgent,
      ...signWebhook({ id, body, secrets }),
      ...traceHeaders(observer),
    };
    const read = { bytes: 0, isTruncated: false };
    const finish = (outcome: WebhookOutcome): WebhookDelivery => ({
      outcome,
      durationMs: Math.round(performance.now() - started),
      responseBytes: read.bytes,
      isTruncated: read.isTruncated,
    });
    try {
      if (isIP(hostOf(target)) !== 0 && !guard.allows(hostOf(target))) throw refused(target.hostname);
      const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(stop === undefined ? [] : [stop])]);
      const answer = await request(url, { method: "POST", headers, body, dispatcher: agent, signal });
      await readSome(answer.body, { read, maxResponseBytes });
      const retryAfter = answer.headers["retry-after"];
      return finish(
        toOutcome(
          answer.statusCode,
          parseRetryAfter(typeof retryAfter === "string" ? retryAfter : undefined, Date.now()),
        ),
      );
    } catch (error) {
      return finish(toFailure(error));
    }
  }

  return {
    deliver: async (webhook) => {
      requireSecrets(webhook.secrets);
      const target = parseTarget(webhook.url, allowHttp);
      return observer.observe("webhook.deliver", { "server.address": target.hostname }, async (report) => {
        const delivery = await post(webhook, target);
        if ("status" in delivery.outcome) report({ "http.response.status_code": delivery.outcome.status });
        return delivery;
      });
    },
    // What is under way would hold the process for up to `timeoutMs`; its job runs again.
    ...closeable(() => agent.destroy()),
  };
}

/** Lets a receiver join its spans to ours. What else the carrier has is nobody else's business. */
function traceHeaders(observer: Observer): { readonly traceparent?: string } {
  const carrier: Record<string, string> = {};
  observer.inject(carrier);
  const { traceparent } = carrier;
  return traceparent === undefined ? {} : { traceparent };
}

/** The URL of a receiver, checked as far as it can be without asking anybody. */
function parseTarget(url: string, allowHttp: boolean): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  const isUsable = target?.protocol === "https:" || (allowHttp && target?.protocol === "http:");
  if (target !== undefined && isUsable && target.username === "" && target.password === "") return target;
  throw new EventsError("A webhook's URL is not usable.", {
    code: "EVENTS_WEBHOOK_URL_INVALID",
    hint: "Use an absolute https URL without user name and password; http needs allowHttp.",
    details: { protocol: target?.protocol ?? "none" },
  });
}

function hostOf({ hostname }: URL): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

function guardedConnector(
  guard: AddressGuard,
  { timeoutMs, ca }: { timeoutMs: number; ca: readonly string[] },
): buildConnector.connector {
  const connect = buildConnector({
    timeout: timeoutMs,
    lookup: guard.lookup,
    allowH2: false,
    ...(ca.length === 0 ? {} : { ca: [...getCACertificates("default"), ...ca] }),
  });
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      // The look-up saw the address before it was dialled. This sees the one that answered, whatever led there.
      if (error !== null) return callback(error, null);
      if (guard.allows(socket.remoteAddress ?? "")) return callback(null, socket);
      socket.destroy();
      callback(refused(options.hostname), null);
    });
}

/** The status has said what became of the webhook; of the text only so much is read that the connection can be used again. */
async function readSome(
  body: Dispatcher.ResponseData["body"],
  { read, maxResponseBytes }: { read: { bytes: number; isTruncated: boolean }; maxResponseBytes: number },
): Promise<void> {
  try {
    for await (const chunk of body) {
      read.bytes += chunk.length;
      if (read.bytes <= maxResponseBytes) continue;
      read.isTruncated = true;
      body.destroy();
      return;
    }
  } catch {
    read.isTruncated = true;
  }
}

function toFailure(error: unknown): WebhookOutcome {
  if (error instanceof EventsError && error.code === "EVENTS_ADDRESS_REFUSED") return { kind: "refused" };
  return { kind: "unreachable", reason: reasonOf(error) };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "UNKNOWN";
  if (error.name === "TimeoutError") return "TIMEOUT";
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return code.startsWith("UND_ERR_") && code.endsWith("_TIMEOUT") ? "TIMEOUT" : code;
}
