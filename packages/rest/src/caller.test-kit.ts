import { HttpError } from "@shaperail/http";
import type { Access, Authorize } from "./port.ts";

/** Who sends a request; undefined: nobody who is known. */
export interface Caller {
  readonly sub: string;
  readonly role: string;
  readonly tenant?: string;
}

/** Headers that {@link authorizeByHeader} takes for credentials. */
export function credentials(caller: Caller | undefined): Readonly<Record<string, string>> {
  return caller === undefined ? {} : { "x-caller": JSON.stringify(caller) };
}

/** The decision as the contract of `Authorize` has it, for callers who say themselves who they are. */
export const authorizeByHeader: Authorize = ({ request }, { rule, tenancy }): Access => {
  const header = request.headers["x-caller"];
  const caller = typeof header === "string" ? (JSON.parse(header) as Caller) : undefined;
  if (caller === undefined) {
    if (rule.kind === "restricted") throw unauthorized();
    if (tenancy) throw forbidden();
    return { subject: undefined, scope: { owner: undefined, tenant: undefined } };
  }
  const { sub, role, tenant: tenantId } = caller;
  const mayAct = rule.kind === "public" || rule.roles.includes(role);
  if (!mayAct && !rule.owner) throw forbidden();
  const isAbove = role === "super_admin";
  if (tenancy && !isAbove && tenantId === undefined) throw forbidden();
  const tenant = tenancy && !isAbove ? tenantId : undefined;
  return { subject: { sub, role, tenantId }, scope: { owner: mayAct ? undefined : sub, tenant } };
};

function unauthorized(): HttpError {
  return new HttpError("Unauthorized", { code: "UNAUTHORIZED", headers: { "WWW-Authenticate": "Bearer" } });
}

function forbidden(): HttpError {
  return new HttpError("Forbidden", { code: "FORBIDDEN" });
}
