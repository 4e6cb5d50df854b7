export { checkMigration, type CheckMigrationOptions } from "./lint/check-migration.ts";
export { checkMigrations, type CheckMigrationsOptions, type CheckedMigrations } from "./lint/check-migrations.ts";
export type { LintCode } from "./lint/finding.ts";
