import type { DbError, DbErrorCode } from "./errors.ts";
import { dbError } from "./sql-state.ts";

/** What OpenSSL and Node call a certificate they refuse. */
const CODE_BY_REASON: Readonly<Record<string, DbErrorCode>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "DB_CERTIFICATE_UNTRUSTED",
  SELF_SIGNED_CERT_IN_CHAIN: "DB_CERTIFICATE_UNTRUSTED",
  UNABLE_TO_GET_ISSUER_CERT: "DB_CERTIFICATE_UNTRUSTED",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "DB_CERTIFICATE_UNTRUSTED",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "DB_CERTIFICATE_UNTRUSTED",
  CERT_SIGNATURE_FAILURE: "DB_CERTIFICATE_UNTRUSTED",
  CERT_UNTRUSTED: "DB_CERTIFICATE_UNTRUSTED",
  CERT_REJECTED: "DB_CERTIFICATE_UNTRUSTED",
  INVALID_CA: "DB_CERTIFICATE_UNTRUSTED",
  INVALID_PURPOSE: "DB_CERTIFICATE_UNTRUSTED",
  CERT_HAS_EXPIRED: "DB_CERTIFICATE_EXPIRED",
  CERT_NOT_YET_VALID: "DB_CERTIFICATE_EXPIRED",
  ERR_TLS_CERT_ALTNAME_INVALID: "DB_CERTIFICATE_HOST_MISMATCH",
};

/** The error of a handshake that failed; `host` is what the certificate was compared with. */
export function tlsError(error: unknown, host: string): DbError {
  const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  const code = CODE_BY_REASON[reason] ?? "DB_TLS_FAILED";
  const message =
    code === "DB_CERTIFICATE_HOST_MISMATCH"
      ? `The certificate of the database server is not for "${host}".`
      : undefined;
  // Node hands the whole certificate over with the error; a log line needs no copy of it.
  if (error instanceof Error) Reflect.deleteProperty(error, "cert");
  return dbError(code, { message, cause: error, details: { reason } });
}
