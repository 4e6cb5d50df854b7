import { parseResources } from "@shaperail/resource";
import { expect, test } from "vitest";
import { scopedQuery } from "./scoped-query.ts";
import { compileTables } from "./sql/table.ts";

const yaml = (keys: string): string => `
resource: notes
version: 1
${keys}
schema:
  id: { type: uuid, primary: true, generated: true }
  org_id: { type: uuid }
  created_by: { type: uuid }
`;
const tableOf = (keys: string) => {
  const { resources } = parseResources([{ file: "notes.yaml", text: yaml(keys) }]);
  return [...compileTables(resources).values()][0]!;
};

/** A query builder that only remembers its predicates. */
interface Query {
  readonly predicates: readonly string[];
  where(column: string, operator: string, value: unknown): Query;
}
const query = (predicates: readonly string[] = []): Query => ({
  predicates,
  where: (column, operator, value) => query([...predicates, `${column} ${operator} ${String(value)}`]),
});

const tenant = "aaaaaaaa-0000-4000-8000-000000000001";
const owner = "11111111-0000-4000-8000-000000000001";

test.each([
  {
    keys: "tenant_key: org_id",
    scope: { tenant, owner },
    expected: [`notes.org_id = ${tenant}`, `notes.created_by = ${owner}`],
  },
  { keys: "tenant_key: org_id", scope: { tenant, owner: undefined }, expected: [`notes.org_id = ${tenant}`] },
  { keys: "tenant_key: org_id", scope: { tenant: undefined, owner }, expected: [`notes.created_by = ${owner}`] },
  { keys: "", scope: { tenant, owner: undefined }, expected: [] },
  { keys: "", scope: { tenant: undefined, owner: undefined }, expected: [] },
  { keys: "", scope: { tenant: undefined, owner: "no uuid" }, expected: ["notes.created_by = null"] },
])("the predicates of $scope with `$keys` are $expected", ({ keys, scope, expected }) => {
  expect(scopedQuery(tableOf(keys), scope)(query()).predicates).toEqual(expected);
});

test("the table goes by the name the query gives it", () => {
  const scoped = scopedQuery(tableOf("tenant_key: org_id"), { tenant, owner: undefined })(query(["n.id = 1"]), "n");
  expect(scoped.predicates).toEqual(["n.id = 1", `n.org_id = ${tenant}`]);
});
