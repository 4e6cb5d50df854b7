import type { TableEndpoint, TableField, TableModel } from "./table-model.ts";

/** A field with everything off, for tests. */
export function field(name: string, given: Partial<TableField> = {}): TableField {
  return {
    name,
    type: "string",
    primary: false,
    generated: false,
    required: false,
    unique: false,
    nullable: false,
    transient: false,
    min: undefined,
    max: undefined,
    values: undefined,
    ref: undefined,
    default: undefined,
    items: undefined,
    ...given,
  };
}

const idField: TableField = field("id", { type: "uuid", primary: true, generated: true });

/** A table with an id and these fields, for tests. */
export function table(name: string, fields: readonly TableField[], given: Partial<TableModel> = {}): TableModel {
  return { name, version: 1, db: "default", fields: [idField, ...fields], endpoints: [], indexes: [], ...given };
}

export const softDelete: TableEndpoint = { kind: "delete", search: [], softDelete: true };

/** A field that refers to the id of a resource. */
export function reference(name: string, resource: string): TableField {
  return field(name, { type: "uuid", ref: { resource, field: "id" } });
}
