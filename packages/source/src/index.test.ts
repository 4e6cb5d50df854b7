import { expect, test } from "vitest";
import * as source from "./index.ts";

test("the package exports exactly this", () => {
  expect(Object.keys(source).toSorted()).toEqual([
    "anything",
    "boolean",
    "describeNode",
    "diagnosticsToJson",
    "didYouMean",
    "either",
    "entryOf",
    "expectMap",
    "formatDiagnostics",
    "hasErrors",
    "integer",
    "list",
    "mapOf",
    "mismatch",
    "number",
    "object",
    "oneOfWords",
    "optional",
    "parseYaml",
    "required",
    "retypeScalar",
    "suggest",
    "text",
    "toPlain",
    "when",
    "withDescription",
  ]);
});
