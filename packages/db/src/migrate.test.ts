import { expect, test } from "vitest";
import * as migrate from "./migrate.ts";

test("the subpath exports exactly this", () => {
  expect(Object.keys(migrate).toSorted()).toEqual([
    "LATER_FOLDER",
    "MigrateError",
    "addReferenceSql",
    "applyMigrations",
    "createTableSql",
    "diffSchema",
    "draftMigration",
    "findSchemaChanges",
    "mergeTables",
    "migrationStatus",
    "pendingMigrations",
    "planInitialMigrations",
    "planMigrations",
    "readMigrations",
    "readSchemaState",
    "rollbackLast",
    "searchExpression",
  ]);
});
