import { expect, test } from "vitest";
import * as db from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(db).toSorted()).toEqual(["DbError", "createDatabase", "describeUrl", "listen", "toDbError"]);
});
