import { inspect } from "node:util";
import { deflateRawSync } from "node:zlib";

const MASK = "***";

/** A text that must not be seen: printing it, logging it or writing it as JSON yields `***`. */
export interface Secret {
  /** The text itself, for the one call that needs it. */
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

export function createSecret(text: string): Secret {
  return toSecret(() => text);
}

/** A secret that nobody set, for callers that do not need it: revealing it is a mistake in the program. */
export function createUnknownSecret(variable: string): Secret {
  return toSecret(() => {
    throw new TypeError(`The secret of ${variable} was not asked for when the configuration was read.`);
  });
}

function toSecret(reveal: () => string): Secret {
  const masked = (): string => MASK;
  const secret = { reveal, toString: masked, toJSON: masked, [inspect.custom]: masked };
  return Object.freeze(secret);
}

export function isSecret(value: unknown): value is Secret {
  return typeof value === "object" && value !== null && "reveal" in value && typeof value.reveal === "function";
}

/** RFC 7518 §3.2 wants a key for HS256 to be at least as long as the hash. */
const MIN_SECRET_BYTES = 32;
// Thirty-two random characters, even if they are only digits, deflate to 27 bytes or more; "password" four times to 13.
const MIN_DEFLATED_BYTES = 24;
const PLACEHOLDER =
  /change[-_ ]?(?:me|this|it|in[-_ ]production)|replace[-_ ]?(?:me|this|it|with)|(?:^|[^a-z])your[-_ ]|a-long-random-string|placeholder|example|my[-_ ]secret/i;

/** Why a signing secret is too easy to guess, as the end of a sentence; undefined when nothing speaks against it. */
export function weaknessOf(secret: string): string | undefined {
  if (PLACEHOLDER.test(secret)) return "looks like a placeholder";
  const bytes = Buffer.from(secret);
  if (bytes.length < MIN_SECRET_BYTES) return `is shorter than ${MIN_SECRET_BYTES} bytes`;
  // The differences between neighbours make a sequence such as abcdef… a repetition.
  const differences = Buffer.from(bytes.map((byte, index) => byte - (bytes[index - 1] ?? 0)));
  const isRegular = [bytes, differences].some((data) => deflateRawSync(data).length < MIN_DEFLATED_BYTES);
  return isRegular ? "is a repetition or a sequence" : undefined;
}

/** The URL with its password, and every parameter whose name suggests a secret, replaced by `***`. */
export function maskUrl(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/[^:/?#]*):[^/?#]*@/i, `$1:${MASK}@`)
    .replace(/([?&][^=&#]*(?:pass|secret|token|key|sig)[^=&#]*=)[^&#]*/gi, `$1${MASK}`);
}
