import { createConfig, lintFromString } from "@redocly/openapi-core";
import { Validator } from "@seriousme/openapi-schema-validator";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { blog, everyKey } from "../fixtures.test-kit.ts";
import { createOpenApiDocument } from "./create-document.ts";
import { resourceModels } from "./model.test-kit.ts";
import { renderOpenApi } from "./render.ts";

const config = await createConfig({ extends: ["recommended"] });

interface Problem {
  readonly rule: string;
  readonly message: string;
  readonly place: string | undefined;
}

/** What Redocly's recommended rules complain about. */
async function lint(source: string, severity: "error" | "warn"): Promise<readonly Problem[]> {
  const problems = await lintFromString({ source, config });
  return problems
    .filter((problem) => problem.severity === severity)
    .map(({ ruleId, message, location: [location] }) => ({ rule: ruleId, message, place: location?.pointer }));
}

/** What breaks the schema of OpenAPI 3.1. A validator is for one document: it keeps what it resolved. */
async function validate(text: string): Promise<unknown> {
  const { valid, errors } = await new Validator().validate(JSON.parse(text) as Record<string, unknown>);
  return valid ? undefined : errors;
}

const cases = [
  { what: "no resource", resources: [] },
  { what: "a blog", resources: blog() },
  { what: "every key of the format", resources: [everyKey()] },
  { what: "two versions", resources: [...blog(), ...blog().map((resource) => ({ ...resource, version: 2 }))] },
];

test.each(cases)("a document of $what is valid OpenAPI 3.1", async ({ resources }) => {
  const text = renderOpenApi(createOpenApiDocument({ resources, title: "x" }), "json");
  expect(await validate(text)).toBeUndefined();
});

test.each(cases)("a document of $what breaks none of Redocly's recommended rules", async ({ resources }) => {
  const document = createOpenApiDocument({ resources, title: "x" });
  for (const format of ["json", "yaml"] as const) {
    const text = renderOpenApi(document, format);
    expect(await lint(text, "error")).toEqual([]);
    // The licence of an API is its owner's business.
    const rules = (await lint(text, "warn")).map(({ rule }) => rule);
    expect(rules.filter((rule) => rule !== "info-license")).toEqual([]);
  }
});

test("whatever the resources are, the document is valid, breaks no rule and does not depend on their order", async () => {
  const property = fc.asyncProperty(resourceModels, async (resources) => {
    const text = renderOpenApi(createOpenApiDocument({ resources, title: "x" }), "json");
    expect(await validate(text)).toBeUndefined();
    expect(await lint(text, "error")).toEqual([]);
    const reversed = resources.toReversed();
    expect(renderOpenApi(createOpenApiDocument({ resources: reversed, title: "x" }), "json")).toBe(text);
  });
  await fc.assert(property, { numRuns: 25 });
}, 60_000);
