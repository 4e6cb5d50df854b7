/** What became of an attempt to deliver a webhook. */
export type WebhookOutcome =
  /** 2xx. */
  | { readonly kind: "delivered"; readonly status: number }
  /** 410: the receiver wants no more webhooks. */
  | { readonly kind: "gone"; readonly status: 410 }
  /** 429, 502, 504: the receiver is overloaded; come back later and less often. */
  | { readonly kind: "throttled"; readonly status: number; readonly retryAfterMs: number | undefined }
  /** Any other answer, redirects included. */
  | { readonly kind: "rejected"; readonly status: number; readonly retryAfterMs: number | undefined }
  /** No answer: `reason` is a code such as `ECONNREFUSED`, `CERT_HAS_EXPIRED` or `TIMEOUT`. */
  | { readonly kind: "unreachable"; readonly reason: string }
  /** Nothing was sent, because the host leads to an address that may not be called. */
  | { readonly kind: "refused" };

/** Longest time a receiver can put us off, in milliseconds: a day. */
const LONGEST_PAUSE_MS = 86_400_000;

/** What a status means, by the table of Standard Webhooks. */
export function toOutcome(status: number, retryAfterMs: number | undefined): WebhookOutcome {
  if (status >= 200 && status < 300) return { kind: "delivered", status };
  if (status === 410) return { kind: "gone", status };
  if (status === 429 || status === 502 || status === 504) return { kind: "throttled", status, retryAfterMs };
  return { kind: "rejected", status, retryAfterMs };
}

/** `Retry-After` in milliseconds from now: seconds, or a date. Undefined for anything else. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, LONGEST_PAUSE_MS);
  // A date has a name in it; without this `Date.parse` reads "-5" and "1.5" as years and months.
  if (!/[a-z]{3}/i.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : Math.min(Math.max(0, time - now), LONGEST_PAUSE_MS);
}
