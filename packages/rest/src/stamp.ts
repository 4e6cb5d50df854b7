import type { Endpoint, Resource } from "@shaperail/resource";
import { validationError } from "./input/issue.ts";
import type { Access } from "./port.ts";

/** Field with the `sub` of whoever made the row. */
export const OWNER_FIELD = "created_by";

/** Whether the endpoint makes rows whose author it fills in itself. */
export function fillsOwner({ fields }: Resource, { kind, input }: Endpoint): boolean {
  if ((kind !== "create" && kind !== "bulk_create") || input.includes(OWNER_FIELD)) return false;
  const field = fields.find(({ name }) => name === OWNER_FIELD);
  return (
    field !== undefined && !field.generated && !field.transient && (field.type === "uuid" || field.type === "string")
  );
}

/** Fields of a new row that the caller decides by being who it is. */
export function stampedFields(resource: Resource, endpoint: Endpoint): ReadonlySet<string> {
  const { tenantKey } = resource;
  return new Set([
    ...(tenantKey === undefined ? [] : [tenantKey]),
    ...(fillsOwner(resource, endpoint) ? [OWNER_FIELD] : []),
  ]);
}

/** The input of a new row with the fields that are not the client's to choose. */
export type Stamp = (input: unknown, access: Access) => unknown;

export interface StampOptions {
  readonly resource: Resource;
  readonly endpoint: Endpoint;
  /** The input comes from controllers, who may name another author, but not another tenant. */
  readonly isControlled: boolean;
}

export function compileStamp({ resource, endpoint, isControlled }: StampOptions): Stamp {
  const { tenantKey } = resource;
  const isAuthored = fillsOwner(resource, endpoint);
  if (tenantKey === undefined && !isAuthored) return (input) => input;
  return (input, { subject, scope }) => {
    // What is no object is refused where it is read.
    if (!isObject(input)) return input;
    const stamped = { ...input };
    // A caller above tenants says whose the row is, or means the tenant in its own credentials.
    if (tenantKey !== undefined) stamped[tenantKey] = scope.tenant ?? valueOf(input, tenantKey) ?? subject?.tenantId;
    if (isAuthored && !(isControlled && valueOf(input, OWNER_FIELD) !== undefined)) stamped[OWNER_FIELD] = subject?.sub;
    return stamped;
  };
}

/**
 * Where `input` lists the tenant key, a client may repeat its tenant and name no other: overwriting it silently would hide a mistake.
 * @throws HttpError `VALIDATION_ERROR` with the code `forbidden_value`.
 */
export function refuseForeignTenant(
  body: unknown,
  { tenantKey, endpoint }: { readonly tenantKey: string | undefined; readonly endpoint: Endpoint },
  { scope: { tenant } }: Access,
): void {
  if (tenantKey === undefined || tenant === undefined || !endpoint.input.includes(tenantKey) || !isObject(body)) return;
  const sent = valueOf(body, tenantKey);
  if (sent === undefined || (typeof sent === "string" && sent.toLowerCase() === tenant.toLowerCase())) return;
  const message = "must be the tenant of the caller, or left out";
  throw validationError([{ field: tenantKey, code: "forbidden_value", message }]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function valueOf(input: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(input, name) ? input[name] : undefined;
}
