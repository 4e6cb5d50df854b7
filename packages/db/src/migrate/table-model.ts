/**
 * What a table's DDL needs of a resource. A compiled resource is one of these; this package knows nothing else of it.
 */
export interface TableModel {
  readonly name: string;
  readonly version: number;
  /** Named connection the table lives on. */
  readonly db: string;
  /** Field that says whose a row is. @default none: rows belong to nobody in particular */
  readonly tenantKey?: string | undefined;
  /** In the order of the columns. */
  readonly fields: readonly TableField[];
  readonly endpoints: readonly TableEndpoint[];
  readonly indexes: readonly TableIndex[];
}

export type TableFieldType =
  | "uuid"
  | "string"
  | "integer"
  | "number"
  | "boolean"
  | "timestamp"
  | "date"
  | "enum"
  | "json"
  | "array"
  | "file";

export interface TableField {
  readonly name: string;
  readonly type: TableFieldType;
  readonly primary: boolean;
  readonly generated: boolean;
  readonly required: boolean;
  readonly unique: boolean;
  readonly nullable: boolean;
  readonly transient: boolean;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly values: readonly string[] | undefined;
  readonly ref: { readonly resource: string; readonly field: string } | undefined;
  readonly default: unknown;
  readonly items: { readonly type: Exclude<TableFieldType, "array"> } | undefined;
}

export interface TableEndpoint {
  readonly kind: string;
  readonly search: readonly string[];
  readonly softDelete: boolean;
  /** Fields a client may write. @default all of them */
  readonly input?: readonly string[];
  /** Functions of the project that run before it, after it, and as jobs of their own. @default none */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  readonly jobs?: readonly string[];
}

export interface TableIndex {
  readonly fields: readonly string[];
  readonly unique: boolean;
  /** Applies to the last field. */
  readonly order: "asc" | "desc";
}

/** Fields that have a column. */
export function columnsOf(table: TableModel): readonly TableField[] {
  return table.fields.filter(({ transient }) => !transient);
}

export function isSoftDeleted(table: TableModel): boolean {
  return table.endpoints.some(({ softDelete }) => softDelete);
}
