import type { TableField, TableModel } from "../migrate/table-model.ts";

export function field(name: string, values: Partial<TableField> = {}): TableField {
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
    ...values,
  };
}

export function table(name: string, fields: readonly TableField[]): TableModel {
  return { name, version: 1, db: "default", fields, endpoints: [], indexes: [] };
}
