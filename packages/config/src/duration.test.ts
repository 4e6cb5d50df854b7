import { expect, test } from "vitest";
import { millisecondsOf, parseDuration } from "./duration.ts";

test.each([
  { text: "90s", seconds: 90 },
  { text: "60m", seconds: 3_600 },
  { text: "24h", seconds: 86_400 },
  { text: "30d", seconds: 2_592_000 },
  { text: "0s", seconds: undefined },
  { text: "500ms", seconds: undefined },
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

test.each([
  { text: "500ms", milliseconds: 500 },
  { text: "0s", milliseconds: 0 },
  { text: "90s", milliseconds: 90_000 },
  { text: "30d", milliseconds: 2_592_000_000 },
  { text: "500", milliseconds: undefined },
  { text: "500us", milliseconds: undefined },
])("`$text` is $milliseconds milliseconds", ({ text, milliseconds }) => {
  expect(millisecondsOf(text)).toBe(milliseconds);
});
