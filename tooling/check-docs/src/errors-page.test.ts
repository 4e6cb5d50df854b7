import { expect, test } from "vitest";
import { renderErrorsPage } from "./errors-page.ts";

test("the page has a section for each package that reports something, with tables for errors and diagnostics", () => {
  const page = renderErrorsPage([
    { name: "@shaperail/quiet", unions: [], rules: [] },
    {
      name: "@shaperail/loud",
      unions: [{ name: "LoudErrorCode", codes: [{ code: "LOUD_BANG", meaning: "Either a | or b." }] }],
      rules: [
        { code: "L1", title: "Too loud.", fix: "Whisper.", severity: "error" },
        { code: "L2", title: "Rather loud.", fix: "Mumble.", severity: "warning" },
      ],
    },
  ]);
  expect(page).not.toContain("quiet");
  expect(page.split("\n## ")[1]).toBe(`@shaperail/loud

| \`LoudErrorCode\` | meaning |
|---|---|
| \`LOUD_BANG\` | Either a \\| or b. |

| diagnostic | meaning | fix |
|---|---|---|
| \`L1\` | Too loud. | Whisper. |
| \`L2\` (warning) | Rather loud. | Mumble. |
`);
});
