import { expect, test } from "vitest";
import { withoutSecrets } from "./without-secrets.ts";

test.each([
  { message: "Redis PING failed.", shown: "Redis PING failed." },
  { message: "cannot reach postgres://ann:hunter2@db:5432/app now", shown: "cannot reach *** now" },
  { message: "redis://:hunter2@cache:6379/0", shown: "***" },
  { message: "password=hunter2 refused", shown: "password=*** refused" },
  { message: "Token: abc.def refused", shown: "Token: *** refused" },
  { message: "two\r\nlines", shown: "two lines" },
  { message: "a".repeat(300), shown: `${"a".repeat(200)}…` },
])("$message is shown as $shown", ({ message, shown }) => {
  expect(withoutSecrets(message)).toBe(shown);
});
