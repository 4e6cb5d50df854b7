import type { InboundConfig } from "@shaperail/config";
import { isShaperailError, type Logger } from "@shaperail/core";
import { EventsError, type Outbox, verifyWebhook, type WebhookScheme } from "@shaperail/events";
import { type Exchange, HttpError, readBody, type Route, sendJson } from "@shaperail/http";

export interface InboundParts {
  readonly outbox: Outbox;
  readonly maxBodyBytes: number;
  /** The trace that what follows from a webhook continues. */
  readonly carrier: () => Readonly<Record<string, string>> | undefined;
  readonly logger: Logger;
}

/** Headers that say how the sender signs. */
const SCHEMES: Readonly<Record<string, WebhookScheme>> = {
  "webhook-signature": "standard",
  "x-shaperail-signature": "shaperail",
  "x-hub-signature-256": "github",
  "stripe-signature": "stripe",
};

/** The routes of webhooks that others send: each is verified on the bytes as they came, and stored before it is accepted. */
export function inboundRoutes(inbound: readonly InboundConfig[], parts: InboundParts): readonly Route[] {
  const logger = parts.logger.child("shaperail_runtime::events");
  return inbound.map((config) => ({
    method: "POST",
    path: config.path,
    handle: (exchange) => receive(exchange, config, { ...parts, logger }),
  }));
}

async function receive(exchange: Exchange, config: InboundConfig, parts: InboundParts): Promise<void> {
  const { outbox, maxBodyBytes, carrier, logger } = parts;
  const body = await readBody(exchange.request, maxBodyBytes);
  const key = await verify(exchange, { config, body, logger });
  const data = parse(body);
  const type = typeOf(data);
  if (config.events.length > 0 && !config.events.includes(type)) {
    return sendJson(exchange, 200, JSON.stringify({ accepted: false, reason: `${type} is not among the events` }));
  }
  const event = { kind: "event", name: `inbound.${type}`, resource: "inbound", action: type } as const;
  const isNew = await outbox
    .store({ ...event, data, trace: carrier(), dedupeKey: `${config.path} ${key}` })
    .catch((error: unknown) => {
      // JSON that jsonb cannot keep, such as a NUL in a text.
      throw isShaperailError(error) && error.code === "DB_INVALID_VALUE" ? notJson(error) : error;
    });
  outbox.wake();
  logger.info("webhook accepted", { path: config.path, event: type, duplicate: !isNew });
  sendJson(exchange, 200, JSON.stringify({ accepted: true, ...(isNew ? {} : { duplicate: true }) }));
}

interface Received {
  readonly config: InboundConfig;
  readonly body: Buffer;
  readonly logger: Logger;
}

async function verify(exchange: Exchange, { config, body, logger }: Received): Promise<string> {
  const { path, secret, signatureHeader } = config;
  const named = SCHEMES[signatureHeader.toLowerCase()];
  const schemes: readonly WebhookScheme[] =
    named === undefined ? [{ header: signatureHeader }, ...Object.values(SCHEMES)] : [named];
  try {
    const { headers } = exchange.request;
    return (await verifyWebhook({ headers, body, secrets: [secret.reveal()], schemes })).key;
  } catch (error) {
    if (!(error instanceof EventsError)) throw error;
    logger.warn("webhook refused", { path, code: error.code, request_id: exchange.requestId });
    throw new HttpError("Unauthorized", { code: "UNAUTHORIZED", cause: error.code });
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"), exactly as (key: string, value: unknown) => unknown);
  } catch (error) {
    throw notJson(error);
  }
}

/** Numbers that a double does not hold stay as they were written. */
function exactly(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === "number" && source !== undefined && String(value) !== source ? rawJson(source) : value;
}

// In V8 since 11.4; TypeScript's ES2023 library does not know it yet.
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown };

function notJson(cause: unknown): HttpError {
  const issues = [{ field: "body", code: "invalid_json", message: "must be JSON that PostgreSQL can keep" }];
  return new HttpError("The webhook is not JSON", { code: "VALIDATION_ERROR", issues, cause });
}

/** Who sends what calls it differently. */
function typeOf(data: unknown): string {
  if (typeof data !== "object" || data === null) return "unknown";
  const members = data as Readonly<Record<string, unknown>>;
  const found = ["type", "event", "action"].map((name) => members[name]).find((value) => typeof value === "string");
  return typeof found === "string" && found !== "" ? found : "unknown";
}
