import type { Subject } from "../subject.ts";

/** Who may call an endpoint. */
export type AccessRule =
  | { readonly kind: "public" }
  /** Any of the roles, or, when `owner` is set, whoever created the row. */
  | { readonly kind: "restricted"; readonly roles: readonly string[]; readonly owner: boolean };

/** The part of a decision that only the row can answer: predicates for the WHERE of every statement. */
export interface Scope {
  /** The row's `created_by` has to be this; undefined: no such predicate. */
  readonly owner: string | undefined;
  /** The row's tenant key has to be this; undefined: no such predicate. */
  readonly tenant: string | undefined;
}

/** Whether a caller may go on, and to which rows. */
export type Decision =
  | { readonly allowed: true; readonly scope: Scope }
  /** `reason` is for the log. */
  | { readonly allowed: false; readonly status: 401 | 403; readonly reason: string };

/** What {@link decide} decides about. */
export interface AccessRequest {
  /** Undefined: anonymous. */
  readonly subject: Subject | undefined;
  readonly rule: AccessRule;
  /** Whether the resource has a tenant key. */
  readonly tenancy: boolean;
}

/** The role that sees the rows of every tenant. It opens no endpoint: role lists have to name it. */
const CROSS_TENANT_ROLE = "super_admin";

/** Whether this caller may call this endpoint, and which rows it then sees. Every protocol asks this one function. */
export function decide({ subject, rule, tenancy }: AccessRequest): Decision {
  if (subject === undefined) {
    if (rule.kind === "restricted") return refuse(401, "anonymous");
    return tenancy ? refuse(403, "anonymous, and the rows belong to tenants") : allow(undefined, undefined);
  }
  const owner = ownerFor(subject, rule);
  if (owner === "refused") return refuse(403, "the role is not one of those that the endpoint lists");
  if (!tenancy || subject.role === CROSS_TENANT_ROLE) return allow(owner?.sub, undefined);
  if (subject.tenantId === undefined) return refuse(403, "the caller has no tenant");
  return allow(owner?.sub, subject.tenantId);
}

/** The subject whose rows alone are open to it, undefined when all are. */
function ownerFor(subject: Subject, rule: AccessRule): Subject | undefined | "refused" {
  if (rule.kind === "public" || rule.roles.includes(subject.role)) return undefined;
  return rule.owner ? subject : "refused";
}

function allow(owner: string | undefined, tenant: string | undefined): Decision {
  return { allowed: true, scope: { owner, tenant } };
}

function refuse(status: 401 | 403, reason: string): Decision {
  return { allowed: false, status, reason };
}
