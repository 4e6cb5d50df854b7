import { deflateRawSync } from "node:zlib";

/** RFC 7518 §3.2: a key for HS256 is at least as long as the hash. */
const MIN_BYTES = 32;
// Thirty-two random characters, even if they are only digits, deflate to 27 bytes or more; "password" four times to 13.
const MIN_DEFLATED_BYTES = 24;
const PLACEHOLDER =
  /change[-_ ]?(?:me|this|it|in[-_ ]production)|replace[-_ ]?(?:me|this|it|with)|(?:^|[^a-z])your[-_ ]|a-long-random-string|placeholder|example|my[-_ ]secret/i;

/**
 * Why a signing secret is too easy to guess, as the end of a sentence about it: `is shorter than 32 bytes`.
 * Undefined when nothing speaks against it, which is no proof that it is random.
 */
export function findSecretWeakness(secret: string): string | undefined {
  if (PLACEHOLDER.test(secret)) return "looks like a placeholder";
  const bytes = Buffer.from(secret);
  if (bytes.length < MIN_BYTES) return `is shorter than ${MIN_BYTES} bytes`;
  // The differences between neighbours make a sequence such as abcdef… a repetition.
  const differences = Buffer.from(bytes.map((byte, index) => byte - (bytes[index - 1] ?? 0)));
  const isRegular = [bytes, differences].some((data) => deflateRawSync(data).length < MIN_DEFLATED_BYTES);
  return isRegular ? "is a repetition or a sequence" : undefined;
}
