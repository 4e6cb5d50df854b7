import { createHash } from "node:crypto";
import { anyEqual, hmac, standardKey } from "./secret.ts";

/** Headers as Node gives them: names in lower case. */
export type ReceivedHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * How a sender signs. `standard`: Standard Webhooks. `shaperail`, `github` and `{ header }`: `sha256=<hex>` over the body
 * in `X-Shaperail-Signature`, `X-Hub-Signature-256` or the named header. `stripe`: `Stripe-Signature`.
 */
export type WebhookScheme = "standard" | "shaperail" | "github" | "stripe" | { readonly header: string };

/** A signature as it came. */
export interface ReceivedSignature {
  readonly scheme: WebhookScheme;
  /** What the receiver has to remember in order to know the webhook again; only of what is signed. */
  key(body: string | Uint8Array): string;
  /** Seconds since 1970; undefined when the scheme signs none. */
  readonly timestamp: number | undefined;
  /** True when it fits the body and one of the secrets. */
  fits(body: string | Uint8Array, secrets: readonly string[]): boolean;
}

/** Reads the signature of a scheme; undefined when the headers have none that is complete. */
export function readSignature(scheme: WebhookScheme, headers: ReceivedHeaders): ReceivedSignature | undefined {
  if (scheme === "standard") return readStandard(headers);
  if (scheme === "stripe") return readStripe(headers);
  if (scheme === "shaperail") return readHex(scheme, one(headers, "x-shaperail-signature"));
  if (scheme === "github") return readHex(scheme, one(headers, "x-hub-signature-256"));
  return readHex(scheme, one(headers, scheme.header.toLowerCase()));
}

function readStandard(headers: ReceivedHeaders): ReceivedSignature | undefined {
  const [id, time, list] = ["id", "timestamp", "signature"].map((name) => one(headers, `webhook-${name}`));
  const timestamp = toSeconds(time);
  if (id === undefined || list === undefined || timestamp === undefined) return undefined;
  const received = list
    .split(" ")
    .flatMap((entry) => (entry.startsWith("v1,") ? [Buffer.from(entry.slice(3), "base64")] : []));
  return {
    scheme: "standard",
    key: () => `standard:${id}`,
    timestamp,
    fits: (body, secrets) =>
      anyEqual(
        received,
        secrets.map((secret) => hmac(standardKey(secret), [`${id}.${time}.`, body])),
      ),
  };
}

function readStripe(headers: ReceivedHeaders): ReceivedSignature | undefined {
  const parts = (one(headers, "stripe-signature") ?? "").split(",").map((part) => part.trim());
  const time = parts.find((part) => part.startsWith("t="))?.slice(2);
  const received = parts.flatMap((part) => (part.startsWith("v1=") ? fromHex(part.slice(3)) : []));
  const timestamp = toSeconds(time);
  if (timestamp === undefined || received.length === 0) return undefined;
  return {
    scheme: "stripe",
    key: (body) => `stripe:${fingerprint([`${time}.`, body])}`,
    timestamp,
    fits: (body, secrets) =>
      anyEqual(
        received,
        secrets.map((secret) => hmac(secret, [`${time}.`, body])),
      ),
  };
}

function readHex(scheme: WebhookScheme, header: string | undefined): ReceivedSignature | undefined {
  if (header === undefined || !/^sha256=/i.test(header)) return undefined;
  const received = fromHex(header.slice("sha256=".length));
  const name = typeof scheme === "object" ? scheme.header.toLowerCase() : scheme;
  return {
    scheme,
    key: (body) => `${name}:${fingerprint([body])}`,
    timestamp: undefined,
    fits: (body, secrets) =>
      anyEqual(
        received,
        secrets.map((secret) => hmac(secret, [body])),
      ),
  };
}

/** A header that came once. Of two values nobody can say which one was meant. */
function one(headers: ReceivedHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}

function toSeconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

function fromHex(text: string): Buffer[] {
  return /^[0-9a-f]{64}$/i.test(text) ? [Buffer.from(text, "hex")] : [];
}

function fingerprint(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("base64url");
}
