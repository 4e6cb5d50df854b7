import { AuthError } from "../errors.ts";
import { FORBIDDEN_MESSAGE, refuseAnonymous } from "../refusal.ts";
import { decide } from "../rules/decide.ts";
import { type AuthenticatedRequest, authOf, refusalLogger } from "./auth-of.ts";
import { refuse } from "./refuse.ts";
import type { AuthMiddleware } from "./require-auth.ts";

/** Lets callers with one of these roles pass, and answers 403 to others. It comes after {@link requireAuth}. */
export function requireRole(...roles: readonly string[]): AuthMiddleware {
  if (roles.length === 0) throw new TypeError("requireRole needs at least one role.");
  const rule = { kind: "restricted", roles, owner: false } as const;
  return (request: AuthenticatedRequest, response, next) => {
    const decision = decide({ subject: authOf(request), rule, tenancy: false });
    if (decision.allowed) return next();
    const error =
      decision.status === 401
        ? refuseAnonymous()
        : new AuthError(FORBIDDEN_MESSAGE, { code: "AUTH_FORBIDDEN", reason: decision.reason });
    const { code, reason, status } = error;
    request[refusalLogger]?.warn("request refused", { code, reason, status });
    refuse(response, error);
  };
}
