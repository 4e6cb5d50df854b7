import { ShaperailError } from "@shaperail/core";

export type EventsErrorCode =
  /** There is no secret to sign or verify with; nothing is sent or accepted without one. */
  | "EVENTS_SECRET_MISSING"
  /** A secret that starts with `whsec_` is not Base64 after it. */
  | "EVENTS_SECRET_INVALID"
  /** A webhook came without a signature of a scheme that is accepted here. */
  | "EVENTS_SIGNATURE_MISSING"
  /** A webhook's signature does not fit its bytes and any of the secrets. */
  | "EVENTS_SIGNATURE_INVALID"
  /** A webhook was signed too long ago, or in the future. */
  | "EVENTS_SIGNATURE_EXPIRED"
  /** A webhook with a valid signature was seen before. */
  | "EVENTS_WEBHOOK_REPLAYED"
  /** The URL of a webhook is not an absolute `https` URL without user name and password. */
  | "EVENTS_WEBHOOK_URL_INVALID"
  /** The host of a webhook leads to an address that may not be called, such as one of the private network. */
  | "EVENTS_ADDRESS_REFUSED"
  /** The receiver of a webhook did not accept it; `details.outcome` says how. */
  | "EVENTS_WEBHOOK_FAILED"
  /** The receiver of a webhook is disabled, after it asked for that or failed too often. */
  | "EVENTS_ENDPOINT_DISABLED"
  /** A subscriber's pattern or target cannot be. */
  | "EVENTS_SUBSCRIBER_INVALID";

/** Everything this package throws on purpose. No message carries a secret, a payload or an address behind a refused host. */
export class EventsError extends ShaperailError<EventsErrorCode> {
  override readonly name = "EventsError";
}
