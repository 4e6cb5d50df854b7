import type { SslMode } from "./connection-url.ts";
import { DbError } from "./errors.ts";
import type { Encryption } from "./server-socket.ts";

/** What each mode tries, in this order, as libpq documents. */
const ATTEMPTS: Readonly<Record<SslMode, readonly [Encryption, Encryption?]>> = {
  disable: ["never"],
  allow: ["never", "always"],
  prefer: ["if-offered", "never"],
  require: ["always"],
  "verify-ca": ["always"],
  "verify-full": ["always"],
};

/** Opens with the encryption of the mode; where the mode allows, once more the other way round when that may help. */
export async function openEncrypted<T>(mode: SslMode, open: (encryption: Encryption) => Promise<T>): Promise<T> {
  const [first, second] = ATTEMPTS[mode];
  try {
    return await open(first);
  } catch (error) {
    if (second === undefined || !dependsOnEncryption(error)) throw error;
    return open(second).catch((later: unknown) => {
      // The second attempt says more only when it came further.
      throw dependsOnEncryption(later) ? error : later;
    });
  }
}

/** libpq tries again after any refusal; a wrong password is as wrong the other way, and need not be sent twice. */
function dependsOnEncryption(error: unknown): boolean {
  return error instanceof DbError && (/^DB_(TLS|CERTIFICATE)_/.test(error.code) || isHostRefused(error));
}

/** True when pg_hba.conf has no entry for this user, host and encryption (28000). */
export function isHostRefused(error: DbError): boolean {
  return error.details?.["sqlState"] === "28000";
}
