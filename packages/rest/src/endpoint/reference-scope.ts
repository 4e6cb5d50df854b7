import type { Exchange } from "@shaperail/http";
import type { AuthRule } from "@shaperail/resource";
import type { InputField } from "../input/input.ts";
import type { Access, SqlValue } from "../port.ts";
import { fitting } from "../sql/scope.ts";
import type { ScopedTable } from "../sql/session.ts";
import type { EndpointContext } from "./endpoint-context.ts";

/** Whose rows a write may refer to. */
export interface ReferenceScope {
  /** The tenant, as it is bound; undefined: anybody's, or nothing was referred to. */
  readonly tenant: SqlValue | undefined;
  readonly related: readonly ScopedTable[];
}

export type FindReferenceScope = (
  request: { readonly exchange: Exchange; readonly access: Access },
  rows: readonly (readonly (SqlValue | undefined)[])[],
) => ReferenceScope | Promise<ReferenceScope>;

const ANYBODY: ReferenceScope = { tenant: undefined, related: [] };
const EVERYBODY: AuthRule = { kind: "public" };

/** Rows of a tenant refer to rows of the same tenant. From rows that have none, a caller refers to rows of its own. */
export function compileReferenceScope(context: EndpointContext, fields: readonly InputField[]): FindReferenceScope {
  const { table, references, authorize, endpoint } = context;
  const tenanted = fields.flatMap(({ field }, index) => {
    const target = references.get(field.name)?.target;
    return target?.tenant === undefined ? [] : [{ index, target }];
  });
  if (tenanted.length === 0) return () => ANYBODY;
  if (table.tenant !== undefined) {
    return ({ access: { scope } }, rows) => {
      const isUsed = tenanted.some(({ index }) => rows.some((row) => row[index] !== undefined));
      if (!isUsed || scope.tenant === undefined) return ANYBODY;
      return { tenant: fitting(table.tenant, scope.tenant), related: [] };
    };
  }
  return async ({ exchange }, rows) => {
    const used = tenanted.find(({ index }) => rows.some((row) => (row[index] ?? null) !== null));
    if (used === undefined) return ANYBODY;
    const { target } = used;
    const requirement = { rule: EVERYBODY, tenancy: true, resource: target.resource.name, action: endpoint.action };
    const { scope } = await authorize(exchange, requirement);
    const tenant = scope.tenant === undefined ? undefined : fitting(target.tenant, scope.tenant);
    return { tenant, related: [{ table: target, scope }] };
  };
}

/** Whether a write of these fields has to look at tenants of other rows. */
export function refersToTenants({ references }: EndpointContext, fields: readonly InputField[]): boolean {
  return fields.some(({ field }) => references.get(field.name)?.target.tenant !== undefined);
}
