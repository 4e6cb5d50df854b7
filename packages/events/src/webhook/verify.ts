import { EventsError } from "../errors.ts";
import { requireSecrets } from "./secret.ts";
import { type ReceivedHeaders, type ReceivedSignature, readSignature, type WebhookScheme } from "./signature.ts";

/** Remembers the webhooks that were accepted. */
export interface ReplayStore {
  /** True the first time it sees the key, and false until `ttlSeconds` later. */
  claim(key: string, ttlSeconds: number): Promise<boolean>;
}

/** What {@link verifyWebhook} looks at. */
export interface VerifyWebhookOptions {
  /** Names in lower case, as Node gives them. */
  readonly headers: ReceivedHeaders;
  /** The bytes as they came, before anybody parsed them. */
  readonly body: string | Uint8Array;
  /** One secret, or two while they are being changed. */
  readonly secrets: readonly string[];
  /**
   * How the sender signs; the first scheme whose headers are there counts. Name the one that is meant: schemes that sign no
   * time accept an old webhook again.
   * @default standard, shaperail, github, stripe
   */
  readonly schemes?: readonly WebhookScheme[];
  /** How far the sender's clock and ours may be apart, in seconds, for schemes that sign the time. @default 300 */
  readonly toleranceSeconds?: number;
  /** Refuses what was seen before. @default nothing is remembered; store {@link VerifiedWebhook.key} together with the event */
  readonly replays?: ReplayStore;
  /** How long a replay store remembers a webhook, in seconds. @default 604_800, seven days */
  readonly replayTtlSeconds?: number;
  /** Milliseconds since 1970. @default now */
  readonly now?: number;
}

/** A webhook that was sent by somebody who knows the secret. */
export interface VerifiedWebhook {
  readonly scheme: WebhookScheme;
  /** The same for every delivery of the webhook: two with the same key are one. */
  readonly key: string;
}

const ALL_SCHEMES: readonly WebhookScheme[] = ["standard", "shaperail", "github", "stripe"];

/**
 * Verifies a webhook's signature on its raw bytes, in constant time.
 *
 * @throws `EventsError` `EVENTS_SECRET_MISSING`, `EVENTS_SECRET_INVALID`, `EVENTS_SIGNATURE_MISSING`,
 * `EVENTS_SIGNATURE_INVALID`, `EVENTS_SIGNATURE_EXPIRED`, `EVENTS_WEBHOOK_REPLAYED`
 */
export async function verifyWebhook(options: VerifyWebhookOptions): Promise<VerifiedWebhook> {
  const { headers, body, schemes = ALL_SCHEMES, toleranceSeconds = 300, now = Date.now() } = options;
  const { replays, replayTtlSeconds = 604_800 } = options;
  const secrets = requireSecrets(options.secrets);
  const signature = firstOf(schemes, headers);
  if (!signature.fits(body, secrets))
    throw new EventsError("The signature of the webhook is not valid.", {
      code: "EVENTS_SIGNATURE_INVALID",
      hint: "Compare the secrets of sender and receiver, and verify the bytes as they came, before parsing them.",
    });
  const { scheme, timestamp } = signature;
  const key = signature.key(body);
  if (timestamp !== undefined && Math.abs(now / 1_000 - timestamp) > toleranceSeconds)
    throw new EventsError("The webhook was signed too long ago, or in the future.", {
      code: "EVENTS_SIGNATURE_EXPIRED",
      hint: "Compare the clocks of sender and receiver.",
      details: { toleranceSeconds },
    });
  if (replays !== undefined && !(await replays.claim(key, replayTtlSeconds)))
    throw new EventsError("The webhook was seen before.", {
      code: "EVENTS_WEBHOOK_REPLAYED",
      hint: "Answer a sender that tries again with 200: what it sent is here already.",
    });
  return { scheme, key };
}

function firstOf(schemes: readonly WebhookScheme[], headers: ReceivedHeaders): ReceivedSignature {
  for (const scheme of schemes) {
    const signature = readSignature(scheme, headers);
    if (signature !== undefined) return signature;
  }
  throw new EventsError("The webhook has no signature.", {
    code: "EVENTS_SIGNATURE_MISSING",
    hint: "Let the sender sign, and name its scheme.",
  });
}
