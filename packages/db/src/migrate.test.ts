import { expect, test } from "vitest";
import * as migrate from "./migrate.ts";

test("the subpath exports exactly this", () => {
  expect(Object.keys(migrate).toSorted()).toEqual([
    "MigrateError",
    "addReferenceSql",
    "applyMigrations",
    "createTableSql",
    "mergeTables",
    "migrationStatus",
    "pendingMigrations",
    "planInitialMigrations",
    "planMigrations",
    "readMigrations",
    "rollbackLast",
    "searchExpression",
  ]);
});
