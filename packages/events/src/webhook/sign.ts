import { hmac, requireSecrets, standardKey } from "./secret.ts";

/** What {@link signWebhook} signs. */
export interface SignWebhookOptions {
  /** The same for every attempt to deliver it, so that the receiver knows one it has seen. */
  readonly id: string;
  /** Exactly the bytes that are sent. */
  readonly body: string | Uint8Array;
  /** One secret, or two while they are being changed, the new one first. */
  readonly secrets: readonly string[];
  /** When it is sent, in milliseconds since 1970. @default now */
  readonly now?: number;
}

/** The headers of a signed webhook. */
export interface WebhookHeaders {
  readonly "webhook-id": string;
  /** Seconds since 1970. */
  readonly "webhook-timestamp": string;
  /** `v1,<Base64>` for every secret. @see https://www.standardwebhooks.com */
  readonly "webhook-signature": string;
  /** `sha256=<hex>` over the body alone, with the text of the first secret. */
  readonly "x-shaperail-signature": string;
}

/**
 * Signs a webhook twice: as Standard Webhooks say, and with `X-Shaperail-Signature`.
 *
 * @throws `EventsError` `EVENTS_SECRET_MISSING`, `EVENTS_SECRET_INVALID`; `TypeError` for an id with a dot
 */
export function signWebhook({ id, body, secrets, now = Date.now() }: SignWebhookOptions): WebhookHeaders {
  const [first = "", ...rest] = requireSecrets(secrets);
  if (id === "" || id.includes("."))
    throw new TypeError("A webhook's id is not empty and has no dot: a dot ends it in what is signed.");
  const timestamp = String(Math.floor(now / 1_000));
  const sign = (secret: string): string =>
    `v1,${hmac(standardKey(secret), [`${id}.${timestamp}.`, body]).toString("base64")}`;
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": [first, ...rest].map(sign).join(" "),
    "x-shaperail-signature": `sha256=${hmac(first, [body]).toString("hex")}`,
  };
}
