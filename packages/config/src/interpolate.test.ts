import fc from "fast-check";
import { expect, test } from "vitest";
import { hasPlaceholder, interpolate, type Variables } from "./interpolate.ts";

function variablesOf(env: Record<string, string>, fallbacks: Record<string, string> = {}): Variables {
  return { fromEnvironment: (name) => env[name], fromFallbacks: (name) => fallbacks[name] };
}

test.each([
  { what: "a variable", text: "${A}", expected: "1" },
  { what: "a variable with a default that is not needed", text: "${A:2}", expected: "1" },
  { what: "a default", text: "${X:20}", expected: "20" },
  { what: "an empty default", text: "a${X:}b", expected: "ab" },
  { what: "a default with colons", text: "${URL:postgresql://h/db}", expected: "postgresql://h/db" },
  { what: "several placeholders", text: "${A}-${X:y}-${B}", expected: "1-y-: #" },
  { what: "a nested default", text: "${X:${Y:deep}}", expected: "deep" },
  { what: "a nested variable", text: "${X:<${A}>}", expected: "<1>" },
  { what: "a set but empty variable", text: "${EMPTY:unused}", expected: "" },
  { what: "an escape", text: "$${A} ${A}", expected: "${A} 1" },
  { what: "an escape in a default", text: "${X:$${A}", expected: "${A" },
  { what: "a dollar or a brace alone", text: "$5 {a} }", expected: "$5 {a} }" },
  { what: "a value that looks like a placeholder", text: "${TRICK}", expected: "${A}" },
])("$what is replaced: $text", ({ text, expected }) => {
  const variables = variablesOf({ A: "1", B: ": #", EMPTY: "", TRICK: "${A}" });
  expect(interpolate(text, variables)).toMatchObject({ text: expected, missing: [], problem: undefined });
});

test.each([
  { text: "${}", problem: "empty environment placeholder" },
  { text: "${:d}", problem: "environment placeholder is missing a variable name" },
  { text: "${X", problem: "unterminated environment placeholder `${X`" },
  { text: "${X:${Y}", problem: "unterminated environment placeholder `${X`" },
  { text: "a ${X:default", problem: "unterminated environment placeholder `${X`" },
  { text: "${A B}", problem: "`A B` is not the name of an environment variable" },
  { text: "${1A}", problem: "`1A` is not the name of an environment variable" },
  { text: "${X:${}}", problem: "empty environment placeholder" },
  { text: "${X:".repeat(20) + "}".repeat(20), problem: "placeholders nest too deeply" },
])("$text is refused: $problem", ({ text, problem }) => {
  expect(interpolate(text, variablesOf({ X: "set" }))).toMatchObject({ problem });
});

test("every variable that is neither set nor has a default is named once", () => {
  expect(interpolate("${A} ${B:${C}} ${A}", variablesOf({})).missing).toEqual(["A", "C"]);
});

test("the variables of a default that is not needed may be missing", () => {
  expect(interpolate("${A:${B}}", variablesOf({ A: "1" }))).toMatchObject({ text: "1", missing: [], used: ["A"] });
});

test("a fallback serves only where neither the environment nor the file has a value", () => {
  const variables = variablesOf({ A: "set" }, { A: "fallback", B: "fallback", C: "fallback" });
  expect(interpolate("${A} ${B:default} ${C}", variables).text).toBe("set default fallback");
});

test("any text ends in a result, and a text without placeholders is unchanged", () => {
  const noisy = fc.array(fc.constantFrom("$", "{", "}", ":", "A", "${", "$${", "\n", "é"), { maxLength: 200 });
  fc.assert(
    fc.property(noisy, (pieces) => {
      const text = pieces.join("");
      const result = interpolate(text, variablesOf({ A: "1" }));
      expect(result.problem !== undefined || hasPlaceholder(text) || result.text === text).toBe(true);
    }),
  );
});

test("whatever a variable holds arrives unchanged", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (value) => {
      expect(interpolate("<${A}>", variablesOf({ A: value })).text).toBe(`<${value}>`);
    }),
  );
});
