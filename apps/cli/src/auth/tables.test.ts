import { readFile } from "node:fs/promises";
import { planInitialMigrations } from "@shaperail/db/migrate";
import { expect, test } from "vitest";

test("the tables that auth is tested on are those of the migrations", async () => {
  const tested = new URL("../../../../packages/auth/fixtures/tables.sql", import.meta.url);
  const { files } = planInitialMigrations({ tables: [], existingFiles: [], auth: true });
  const migrated = files.filter(({ fileName }) => fileName.endsWith(".up.sql")).map(({ contents }) => contents);
  expect(await readFile(tested, "utf8")).toBe(migrated.join(""));
});
