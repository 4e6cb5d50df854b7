import { ShaperailError } from "@shaperail/core";
import { expect, test } from "vitest";
import { createLogger } from "./logger.ts";

/** The line a logger writes that hides these names. */
function lineOf(fields: Readonly<Record<string, unknown>>, format: "json" | "pretty" = "json"): string {
  const lines: string[] = [];
  const sensitive = ["email", "api_key", "status"];
  createLogger({ sensitive, format, destination: (line) => void lines.push(line) }).info("created", fields);
  return lines.join("");
}

const secret = "canary-1";

test.each([
  { where: "on the line itself", fields: { email: secret } },
  { where: "in another spelling", fields: { apiKey: secret, API_KEY: secret } },
  { where: "in a body", fields: { body: { user: { email: secret, api_key: [secret] } } } },
  { where: "in a list", fields: { rows: [{ email: secret }, { email: { text: secret } }] } },
  { where: "in a map", fields: { values: new Map([["email", secret]]) } },
  { where: "on an error", fields: { error: new ShaperailError("x", { code: "X_Y", details: { email: secret } }) } },
  { where: "on the cause of an error", fields: { error: new Error("x", { cause: { email: secret } }) } },
])("a sensitive value $where is not in the line, whatever its format", ({ fields }) => {
  expect(lineOf(fields)).toContain("[REDACTED]");
  for (const format of ["json", "pretty"] as const) expect(lineOf(fields, format)).not.toContain("canary");
});

test("what every request has keeps its meaning, though a column has the same name", () => {
  expect(JSON.parse(lineOf({ status: 201, row: { status: "canary" } }))).toMatchObject({
    status: 201,
    row: { status: "[REDACTED]" },
  });
});
