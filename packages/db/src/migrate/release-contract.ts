import { alwaysHasValue } from "./column-sql.ts";
import { mergeTables } from "./merge-tables.ts";
import { SYSTEM_TABLES } from "./system-tables.ts";
import { columnsOf, isSoftDeleted, type TableEndpoint, type TableField, type TableModel } from "./table-model.ts";

/** What a release does with a column. */
export interface ContractColumn {
  readonly name: string;
  /** It appears in answers, conditions, or the types of `context.db`. */
  readonly reads: boolean;
  /** Some endpoint may set it. */
  readonly writes: boolean;
  /** No row it writes has NULL there. */
  readonly fills: boolean;
}

/** What a release does with a table. Of Shaperail's own tables the columns are not listed. */
export interface ContractTable {
  readonly name: string;
  /** Some endpoint may insert rows; a column it does not know is then left out. */
  readonly inserts: boolean;
  readonly columns: readonly ContractColumn[];
}

/** Everything of one database's schema that a release depends on. */
export interface ReleaseContract {
  readonly tables: readonly ContractTable[];
}

/** A release that may be serving, with what it depends on. */
export interface LiveRelease {
  readonly release: string;
  readonly contract: ReleaseContract;
}

export interface ReleaseContractInput {
  /** Resources of the connection. */
  readonly tables: readonly TableModel[];
  /** The connection keeps what the project's `auth` has to remember. @default false */
  readonly auth?: boolean;
  /** What is written on the connection leads to jobs or events. @default false */
  readonly events?: boolean;
}

/**
 * What an application with these resources reads and writes on their database. Pure.
 *
 * Every declared column counts as read: answers show them, and controllers and handlers may query any of them.
 *
 * @throws `MigrateError` `MIGRATE_TABLE_CONFLICT`
 */
export function releaseContract({ tables, auth = false, events = false }: ReleaseContractInput): ReleaseContract {
  const hasCode = tables.some(({ endpoints }) => endpoints.some(runsCode));
  const own = mergeTables(tables).map((table) => tableContract(table, hasCode));
  const system = SYSTEM_TABLES.filter(({ isNeeded }) => isNeeded({ tables, auth, events }))
    .flatMap(({ up }) => [...up.matchAll(/^CREATE TABLE "(\w+)"/gm)])
    .map(([, name = ""]) => ({ name, inserts: true, columns: [] }));
  const byName = (one: ContractTable, other: ContractTable): number => (one.name < other.name ? -1 : 1);
  return { tables: [...own, ...system].toSorted(byName) };
}

function tableContract(table: TableModel, hasCode: boolean): ContractTable {
  const fields = columnsOf(table);
  const columns = fields.map((field) => ({
    name: field.name,
    reads: true,
    writes: hasCode || table.endpoints.some((endpoint) => mayWrite(endpoint, field)),
    fills: alwaysHasValue(field),
  }));
  if (isSoftDeleted(table) && !fields.some(({ name }) => name === "deleted_at")) {
    columns.push({ name: "deleted_at", reads: true, writes: true, fills: false });
  }
  return { name: table.name, inserts: hasCode || table.endpoints.some(mayInsert), columns };
}

/** Functions of the project's own are handed the whole database, and may write what they like. */
function runsCode({ kind, before = [], after = [], jobs = [] }: TableEndpoint): boolean {
  return kind === "custom" || before.length + after.length + jobs.length > 0;
}

function mayInsert({ kind }: TableEndpoint): boolean {
  return kind === "create" || kind === "bulk_create";
}

const WRITERS: ReadonlySet<string> = new Set(["create", "bulk_create", "update"]);

function mayWrite(endpoint: TableEndpoint, { name, generated }: TableField): boolean {
  if (endpoint.softDelete && name === "deleted_at") return true;
  if (!WRITERS.has(endpoint.kind)) return false;
  // Without a list of what a client may write, that is everything; tenant key and owner are filled in from the caller.
  const isInput = endpoint.input === undefined ? !generated : endpoint.input.includes(name);
  return isInput || name === "updated_at" || name === "created_by";
}
