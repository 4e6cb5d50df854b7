import { expect, test } from "vitest";
import * as migrate from "./migrate.ts";

test("the subpath exports exactly this", () => {
  expect(Object.keys(migrate).toSorted()).toEqual([
    "LATER_FOLDER",
    "MigrateError",
    "addReferenceSql",
    "applyMigrations",
    "createReleaseMemory",
    "createTableSql",
    "diffSchema",
    "draftMigration",
    "draftRowSecurity",
    "findSchemaChanges",
    "findUnsecuredTables",
    "fingerprintOf",
    "isSameFile",
    "listReleases",
    "liveReleases",
    "mergeTables",
    "migrationStatus",
    "pendingMigrations",
    "planInitialMigrations",
    "planMigrations",
    "readMigrations",
    "readSchemaState",
    "recordRelease",
    "releaseContract",
    "retireReleases",
    "rollbackLast",
    "searchExpression",
    "touchRelease",
  ]);
});
