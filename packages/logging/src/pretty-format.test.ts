import { expect, test } from "vitest";
import { createPrettyFormat } from "./pretty-format.ts";

test("the cause of an error is shown below it, though it need not be an error", () => {
  const error = new Error("mail failed", { cause: { status: 550 } });
  const text = createPrettyFormat()({ time: 0, level: "error", target: "mail", message: "no", fields: { error } });
  expect(text).toContain("Error: mail failed");
  expect(text).toContain('caused by:\n    {"status":550}');
});
