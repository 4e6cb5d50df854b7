import { parseResources } from "@shaperail/resource";
import { expect, test } from "vitest";
import { compileIncludes, lateralJoins } from "./include.ts";
import { compileTables } from "./table.ts";

const TREES = `
resource: trees
version: 1
schema:
  id: { type: uuid, primary: true, generated: true }
  parent_id: { type: uuid, ref: trees.id }
endpoints:
  get: { auth: public }
relations:
  parent: { resource: trees, type: belongs_to, key: parent_id }
`;

test("rows that nobody has decided about are not included", () => {
  const { resources } = parseResources([{ file: "trees.yaml", text: TREES }]);
  const includes = resources.flatMap((resource) => [...compileIncludes(resource, compileTables(resources)).values()]);
  expect(includes).toHaveLength(1);
  expect(() => lateralJoins(includes, { related: [], firstParameter: 1 })).toThrow("`parent`");
});
