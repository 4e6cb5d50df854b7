import { MigrateError } from "../errors.ts";
import { addReferenceSql, createTableSql } from "./create-table.ts";
import { mergeTables } from "./merge-tables.ts";
import { formatVersion, parseMigrationName } from "./migration-name.ts";
import { SYSTEM_TABLES } from "./system-tables.ts";
import { columnsOf, type TableField, type TableModel } from "./table-model.ts";

export interface InitialMigrationsInput {
  /** Resources of the connection that is migrated; versions of one resource are merged. */
  readonly tables: readonly TableModel[];
  /** Names of the files in the migrations folder. */
  readonly existingFiles: readonly string[];
  /** This connection keeps what the project's `auth` has to remember: sessions and API keys. @default false */
  readonly auth?: boolean;
  /** What is written on this connection leads to jobs or events. @default false */
  readonly events?: boolean;
}

export interface NewMigrationFile {
  readonly fileName: string;
  readonly contents: string;
}

export interface InitialMigrations {
  /** Files to write, a pair per table, in the order in which they must run. */
  readonly files: readonly NewMigrationFile[];
  /** Tables whose `create_<resource>` file exists. */
  readonly existing: readonly string[];
}

/** A reference that waits for its table. */
interface Waiting {
  readonly table: string;
  readonly field: TableField;
}

/**
 * Plans the `create_<resource>` files that are missing, so that each table comes after those it refers to.
 *
 * Tables of Shaperail's own that are needed come last.
 *
 * In a cycle the table that comes first is created without its reference, and the file that creates the other table adds it.
 *
 * @throws `MigrateError` `MIGRATE_TABLE_CONFLICT` or `MIGRATE_REFERENCE_UNKNOWN`
 */
export function planInitialMigrations({
  tables,
  existingFiles,
  auth = false,
  events = false,
}: InitialMigrationsInput): InitialMigrations {
  const names = existingFiles.map(parseMigrationName).filter((name) => name !== undefined);
  const stems = new Set(names.map(({ stem }) => stem));
  const merged = mergeTables(tables);
  checkReferences(merged);
  const isExisting = ({ name }: TableModel): boolean => stems.has(`create_${name}`);
  const existing = merged.filter(isExisting).map(({ name }) => name);
  const created = new Set(existing);
  const waiting: Waiting[] = [];
  let version = Math.max(0, ...names.map((name) => name.version));
  const files: NewMigrationFile[] = [];

  for (const table of inOrder(
    merged.filter((table) => !isExisting(table)),
    existing,
  )) {
    created.add(table.name);
    const late = columnsOf(table).filter(({ ref }) => ref !== undefined && !created.has(ref.resource));
    const { up, down } = createTableSql(table, { withoutReferences: late.map(({ name }) => name) });
    const due = waiting
      .filter(({ field }) => field.ref?.resource === table.name)
      .map(({ table, field }) => addReferenceSql(table, field));
    waiting.push(...late.map((field) => ({ table: table.name, field })));
    version += 1;
    const stem = `${formatVersion(version)}_create_${table.name}`;
    files.push({ fileName: `${stem}.up.sql`, contents: [up, ...due.map((sql) => sql.up)].join("") });
    files.push({ fileName: `${stem}.down.sql`, contents: [...due.map((sql) => sql.down), down].join("") });
  }
  for (const { name, isNeeded, up, down } of SYSTEM_TABLES) {
    if (stems.has(`create_${name}`) || !isNeeded({ tables, auth, events })) continue;
    version += 1;
    const stem = `${formatVersion(version)}_create_${name}`;
    files.push({ fileName: `${stem}.up.sql`, contents: up }, { fileName: `${stem}.down.sql`, contents: down });
  }
  return { files, existing };
}

/** Each table after those it refers to, as far as there is no cycle; otherwise in the order given. */
function inOrder(tables: readonly TableModel[], existing: readonly string[]): TableModel[] {
  const done = new Set(existing);
  const left = [...tables];
  const ordered: TableModel[] = [];
  while (left.length > 0) {
    const isReady = (table: TableModel): boolean =>
      columnsOf(table).every(({ ref }) => ref === undefined || ref.resource === table.name || done.has(ref.resource));
    const index = Math.max(0, left.findIndex(isReady));
    for (const table of left.splice(index, 1)) {
      done.add(table.name);
      ordered.push(table);
    }
  }
  return ordered;
}

function checkReferences(tables: readonly TableModel[]): void {
  const columns = new Map(tables.map((table) => [table.name, new Set(columnsOf(table).map(({ name }) => name))]));
  for (const table of tables) {
    for (const { name, ref } of columnsOf(table)) {
      if (ref === undefined || columns.get(ref.resource)?.has(ref.field)) continue;
      throw new MigrateError(
        `The field "${name}" of "${table.name}" refers to "${ref.resource}.${ref.field}", which does not exist.`,
        {
          code: "MIGRATE_REFERENCE_UNKNOWN",
          hint: "Correct the ref, or add the resource on the same database.",
          details: { table: table.name, field: name },
        },
      );
    }
  }
}
