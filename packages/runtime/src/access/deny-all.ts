import { HttpError } from "@shaperail/http";
import type { Access, AccessRequirement } from "@shaperail/rest";

const NOBODY: Access = { subject: undefined, scope: { owner: undefined, tenant: undefined } };

/** Until credentials can be checked, nobody has any: every endpoint that is not public answers 401, and rows of tenants are nobody's. */
export function denyAll(_exchange: unknown, { rule, tenancy }: AccessRequirement): Access {
  if (rule.kind === "public" && !tenancy) return NOBODY;
  if (rule.kind === "public") throw new HttpError("Forbidden", { code: "FORBIDDEN" });
  throw new HttpError("Unauthorized", { code: "UNAUTHORIZED", headers: { "WWW-Authenticate": "Bearer" } });
}
