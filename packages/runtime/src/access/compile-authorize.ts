import { AuthError, type Authenticator, type Decision, decide, type Subject } from "@shaperail/auth";
import { isShaperailError, type Logger } from "@shaperail/core";
import { type Exchange, HttpError } from "@shaperail/http";
import type { Access, AccessRequirement, Authorize } from "@shaperail/rest";
import { toHttpError } from "./to-http-error.ts";

export interface AuthorizeOptions {
  readonly authenticator: Pick<Authenticator, "authenticate">;
  /** Where refusals are reported, with their reason and never with the credentials. */
  readonly logger: Logger;
  /** Told who calls, whether let in or not. @default nobody is told */
  readonly noteUser?: (exchange: Exchange, user: string) => void;
}

/**
 * Finds out who calls, decides what they may, and says so in the log when they may not.
 *
 * Answers at once when the credentials were verified lately: waiting would cost every request of a known caller.
 */
export function compileAuthorize({ authenticator, logger, noteUser = () => undefined }: AuthorizeOptions): Authorize {
  const log = logger.child("shaperail_runtime::auth");

  const admit = (exchange: Exchange, requirement: AccessRequirement, subject: Subject | undefined): Access => {
    const { rule, tenancy } = requirement;
    if (subject !== undefined) noteUser(exchange, subject.sub);
    const decision = decide({ subject, rule, tenancy });
    if (decision.allowed) return { subject, scope: decision.scope };
    const { status, reason } = decision;
    report(log, { exchange, requirement, reason, status, sub: subject?.sub });
    throw refusal(decision);
  };
  const doubt = (exchange: Exchange, requirement: AccessRequirement, error: unknown): Access => {
    if (!(error instanceof AuthError)) throw unknownCaller(error);
    const { reason, status, code } = error;
    report(log, { exchange, requirement, reason, status, code });
    // Whoever needs no credentials is not sent away for wrong ones; but for ones that cannot be checked now: taken for nobody's, a row
    // would be written as nobody's.
    if (requirement.rule.kind === "public" && status === 401) return admit(exchange, requirement, undefined);
    throw toHttpError(error);
  };

  return (exchange, requirement) => {
    let subject: Subject | undefined | Promise<Subject>;
    try {
      subject = authenticator.authenticate(exchange.request.headers);
    } catch (error) {
      return doubt(exchange, requirement, error);
    }
    if (!(subject instanceof Promise)) return admit(exchange, requirement, subject);
    return subject.then(
      (known) => admit(exchange, requirement, known),
      (error: unknown) => doubt(exchange, requirement, error),
    );
  };
}

interface Refusal {
  readonly exchange: Exchange;
  readonly requirement: AccessRequirement;
  readonly reason: string;
  readonly status: number;
  readonly code?: string;
  /** Who was refused, when that is known. */
  readonly sub?: string | undefined;
}

function report(log: Logger, { exchange, requirement, reason, status, code, sub }: Refusal): void {
  const { resource, action } = requirement;
  log.warn(`${resource}.${action} refused: ${reason}`, {
    request_id: exchange.requestId,
    resource,
    action,
    reason,
    status,
    ...(code !== undefined && { code }),
    ...(sub !== undefined && { sub }),
  });
}

/** Who calls could not be found out, as when the database of the keys is away: nobody is let in, and nobody is refused for good. */
function unknownCaller(cause: unknown): HttpError {
  if (!isShaperailError(cause) || !cause.code.startsWith("DB_"))
    return new HttpError("Credentials", { code: "INTERNAL_ERROR", cause });
  return new HttpError("Credentials cannot be checked at the moment", {
    code: "SERVICE_UNAVAILABLE",
    headers: { "Retry-After": "1" },
    cause,
  });
}

function refusal({ status }: Extract<Decision, { allowed: false }>): HttpError {
  if (status === 403) return new HttpError("Forbidden", { code: "FORBIDDEN" });
  // RFC 6750 §3.1 wants no error code in the challenge when there were no credentials.
  return new HttpError("Unauthorized", { code: "UNAUTHORIZED", headers: { "WWW-Authenticate": "Bearer" } });
}
