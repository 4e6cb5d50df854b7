import { hasErrors } from "@shaperail/source";
import { expect, test } from "vitest";
import { parseResource, RESOURCE_RULES } from "./index.ts";

const rules = [...RESOURCE_RULES.values()];

/** What the examples may take for granted. */
const CONTEXT = {
  heading: ["resource: articles", "version: 1"],
  schema: {
    id: "{ type: uuid, primary: true, generated: true }",
    title: "{ type: string }",
    status: "{ type: enum, values: [draft, published] }",
    author_id: "{ type: uuid }",
    cover: "{ type: file }",
  },
};

/** The example, made into a whole file. */
function inContext(example: string): string {
  const fields = Object.entries(CONTEXT.schema)
    .filter(([name]) => !example.includes(`\n  ${name}:`))
    .map(([name, field]) => `  ${name}: ${field}\n`)
    .join("");
  const schema = /^schema:\n/m.test(example)
    ? example.replace(/^schema:\n/m, `schema:\n${fields}`)
    : `${example}\nschema:\n${fields}`;
  const heading = CONTEXT.heading.filter((line) => !new RegExp(`^${line.split(":")[0]}:`, "m").test(example));
  return [...heading, schema].join("\n");
}

test.each(rules)("$code shows an example that is accepted", ({ example }) => {
  const { resource, diagnostics } = parseResource(inContext(example), { file: "example.yaml" });
  expect(diagnostics).toEqual([]);
  expect(resource).toBeDefined();
});

test.each(rules)("$code says in one sentence what is wrong, and in one what to do", ({ title, fix }) => {
  expect(title).toMatch(/^[A-Z`].*\.$/);
  expect(fix).toMatch(/^[A-Z].*\.$/);
});

test("only advice is a warning", () => {
  const warnings = rules.filter(({ severity }) => severity === "warning").map(({ code }) => code);
  expect(warnings).toEqual(["SR100", "SR101", "SR102", "SR117"]);
  const { resource, diagnostics } = parseResource(inContext("endpoints:\n  list: { auth: public, filters: [title] }"), {
    file: "example.yaml",
  });
  expect(hasErrors(diagnostics)).toBe(false);
  expect(resource).toBeDefined();
});
