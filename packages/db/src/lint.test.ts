import { expect, test } from "vitest";
import * as lint from "./lint.ts";

test("the subpath exports exactly this", () => {
  expect(Object.keys(lint).toSorted()).toEqual(["checkMigration", "checkMigrations"]);
});
