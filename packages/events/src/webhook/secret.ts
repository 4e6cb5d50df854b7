import { createHmac, timingSafeEqual } from "node:crypto";
import { EventsError } from "../errors.ts";

const STANDARD_PREFIX = "whsec_";

/**
 * The secrets, of which there is at least one, and none is empty.
 *
 * @throws `EventsError` `EVENTS_SECRET_MISSING`
 */
export function requireSecrets(secrets: readonly string[]): readonly string[] {
  if (secrets.length > 0 && secrets.every((secret) => secret.trim() !== "")) return secrets;
  throw new EventsError("There is no secret for the webhook.", {
    code: "EVENTS_SECRET_MISSING",
    hint: "Set the variable that holds the secret, WEBHOOK_SECRET for example, to at least 32 random bytes.",
  });
}

/** The key of Standard Webhooks: what follows `whsec_` is Base64; any other secret is its text. */
export function standardKey(secret: string): Buffer {
  if (!secret.startsWith(STANDARD_PREFIX)) return Buffer.from(secret, "utf8");
  const encoded = secret.slice(STANDARD_PREFIX.length);
  const key = Buffer.from(encoded, "base64");
  if (key.length > 0 && key.toString("base64").replace(/=+$/, "") === encoded.replace(/=+$/, "")) return key;
  throw new EventsError("A secret that starts with whsec_ is not Base64 after it.", {
    code: "EVENTS_SECRET_INVALID",
    hint: "Copy the secret again, or make one: whsec_ and the output of `openssl rand -base64 32`.",
  });
}

/** HMAC-SHA256 of the parts, one after the other. */
export function hmac(key: string | Buffer, parts: readonly (string | Uint8Array)[]): Buffer {
  const digest = createHmac("sha256", key);
  for (const part of parts) digest.update(part);
  return digest.digest();
}

/** True when one of the received digests is one of the expected ones; how long it takes says nothing about where they differ. */
export function anyEqual(received: readonly Buffer[], expected: readonly Buffer[]): boolean {
  let found = false;
  for (const one of received)
    for (const other of expected) found = (one.length === other.length && timingSafeEqual(one, other)) || found;
  return found;
}
