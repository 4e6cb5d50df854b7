import { planInitialMigrations } from "@shaperail/db/migrate";
import { EVENTS_TABLES } from "@shaperail/events";
import { expect, test } from "vitest";

test("migrations make the tables of the outbox exactly as it expects them", () => {
  const { files } = planInitialMigrations({ tables: [], existingFiles: [], events: true });
  expect(files.map(({ contents }) => contents)).toEqual(EVENTS_TABLES.flatMap(({ up, down }) => [up, down]));
});
