import { expect, test } from "vitest";
import { parseDuration } from "./duration.ts";

test.each([
  { text: "90s", seconds: 90 },
  { text: "60m", seconds: 3_600 },
  { text: "24h", seconds: 86_400 },
  { text: "30d", seconds: 2_592_000 },
  { text: "0s", seconds: undefined },
  { text: "24", seconds: undefined },
  { text: "24H", seconds: undefined },
  { text: "1h30m", seconds: undefined },
  { text: "-1h", seconds: undefined },
  { text: " 1h", seconds: undefined },
  { text: "9999999999d", seconds: undefined },
  { text: "", seconds: undefined },
])("`$text` is $seconds seconds", ({ text, seconds }) => {
  expect(parseDuration(text)).toBe(seconds);
});
