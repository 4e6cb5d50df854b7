export {
  applyMigrations,
  type ApplyOptions,
  pendingMigrations,
  type PendingMigrationsOptions,
} from "./migrate/apply-migrations.ts";
export type { MigrateOptions } from "./migrate/migrator.ts";
export { rollbackLast } from "./migrate/rollback-last.ts";
export type { FinishedMigration, MigrationProgress } from "./migrate/run-file.ts";
export { isSameFile, type MigrationFile, type MigrationScript, readMigrations } from "./migrate/migration-file.ts";
export { type MigrationStatus, migrationStatus, type MigrationStatusOptions } from "./migrate/migration-status.ts";
export {
  type AppliedMigration,
  type MigrationPlanInput,
  type PlanChoices,
  planMigrations,
} from "./migrate/plan-migrations.ts";
export { addReferenceSql, createTableSql, type CreateTableOptions, type MigrationSql } from "./migrate/create-table.ts";
export { diffSchema, type SchemaChange } from "./migrate/diff-schema.ts";
export { type DraftInput, draftMigration, LATER_FOLDER, type MigrationDraft } from "./migrate/draft-migration.ts";
export {
  draftRowSecurity,
  findUnsecuredTables,
  type RowSecurity,
  type RowSecurityDraftInput,
  type UnsecuredTable,
} from "./migrate/draft-row-security.ts";
export { findSchemaChanges, type FindChangesOptions } from "./migrate/find-changes.ts";
export type { LiveColumn, LiveConstraint, LiveIndex, LiveSchema, LiveTable } from "./migrate/introspect.ts";
export { mergeTables } from "./migrate/merge-tables.ts";
export {
  type InitialMigrations,
  type InitialMigrationsInput,
  type NewMigrationFile,
  planInitialMigrations,
} from "./migrate/plan-initial.ts";
export { readSchemaState, type SchemaState } from "./migrate/schema-state.ts";
export {
  type ContractColumn,
  type ContractTable,
  type LiveRelease,
  releaseContract,
  type ReleaseContract,
  type ReleaseContractInput,
} from "./migrate/release-contract.ts";
export {
  createReleaseMemory,
  fingerprintOf,
  listReleases,
  liveReleases,
  recordRelease,
  type RecordReleaseOptions,
  type Release,
  retireReleases,
  type Retirement,
  touchRelease,
} from "./migrate/releases.ts";
export { searchExpression } from "./migrate/sql-text.ts";
export type { TableEndpoint, TableField, TableFieldType, TableIndex, TableModel } from "./migrate/table-model.ts";
export { MigrateError, type MigrateErrorCode } from "./errors.ts";
