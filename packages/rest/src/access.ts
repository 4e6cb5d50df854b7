import type { Exchange } from "@shaperail/http";
import type { Endpoint, Resource } from "@shaperail/resource";
import type { Access, AccessRequirement, Scope } from "./port.ts";

/** Every row. */
export const EVERYTHING: Scope = Object.freeze({ owner: undefined, tenant: undefined });

/** Nobody in particular, at an endpoint whose rows are everybody's. */
export const OPEN: Access = Object.freeze({ subject: undefined, scope: EVERYTHING });

/** What calling an endpoint of the resource takes. */
export function requirementOf({ name, tenantKey }: Resource, { auth, action }: Endpoint): AccessRequirement {
  return Object.freeze({ rule: auth, tenancy: tenantKey !== undefined, resource: name, action });
}

/** Whether everybody is shown the same. */
export function isPublic({ rule, tenancy }: AccessRequirement): boolean {
  return rule.kind === "public" && !tenancy;
}

/** What was answered to one caller must not be kept for another: the response says so. */
export const NO_STORE: Readonly<Record<string, string>> = Object.freeze({ "Cache-Control": "no-store" });

const withNoStore = new WeakMap<readonly string[], readonly string[]>();

/** The exchange whose answers say {@link NO_STORE}. */
export function withoutStore(exchange: Exchange): Exchange {
  const { baseHeaders } = exchange;
  let headers = withNoStore.get(baseHeaders);
  if (headers === undefined) {
    headers = Object.freeze([...baseHeaders, ...Object.entries(NO_STORE).flat()]);
    withNoStore.set(baseHeaders, headers);
  }
  return { ...exchange, baseHeaders: headers };
}
