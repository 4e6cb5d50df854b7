import { expect, test } from "vitest";
import { createTextRedaction } from "./redact-text.ts";

const redact = createTextRedaction(["email", "api_key"]);

test.each([
  { text: "Key (email)=(a@b.org) already exists.", expected: "Key (email)=[REDACTED] already exists." },
  { text: '{"id":1,"email":"a \\" b","n":2}', expected: '{"id":1,"email":[REDACTED],"n":2}' },
  { text: "{ email: 'a@b.org', n: 1 }", expected: "{ email: [REDACTED], n: 1 }" },
  { text: "failed for email=a@b.org, n=1", expected: "failed for email=[REDACTED], n=1" },
  { text: "API_KEY: abc", expected: "API_KEY: [REDACTED]" },
  { text: "the email was not sent", expected: "the email was not sent" },
  { text: "my_email=x", expected: "my_email=x" },
  { text: "connect postgres://ann:hunter2@host/db", expected: "connect postgres://[REDACTED]@host/db" },
])("$text", ({ text, expected }) => {
  expect(redact(text)).toBe(expected);
});

test("without sensitive fields only credentials of URLs are taken out", () => {
  expect(createTextRedaction([])("email=a redis://:pw@h")).toBe("email=a redis://[REDACTED]@h");
});
