import { expect, test } from "vitest";
import { parseSize } from "./size.ts";

test.each([
  { text: "1kb", bytes: 1_024 },
  { text: "1mb", bytes: 1_048_576 },
  { text: "512kb", bytes: 524_288 },
  { text: "0kb", bytes: undefined },
  { text: "1024", bytes: undefined },
  { text: "1MB", bytes: undefined },
  { text: "1.5mb", bytes: undefined },
  { text: "-1kb", bytes: undefined },
  { text: " 1kb", bytes: undefined },
  { text: "", bytes: undefined },
])("`$text` is $bytes bytes", ({ text, bytes }) => {
  expect(parseSize(text)).toBe(bytes);
});
