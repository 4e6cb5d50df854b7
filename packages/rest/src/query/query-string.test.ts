import { expect, test } from "vitest";
import { parseQuery } from "./query-string.ts";

test.each([
  ["", []],
  [
    "a=1&b=2",
    [
      ["a", "1"],
      ["b", "2"],
    ],
  ],
  ["a=1&a=2", [["a", "2"]]],
  ["a+b=c%20d+e", [["a b", "c d e"]]],
  ["filter%5Btitle%5D=caf%C3%A9", [["filter[title]", "café"]]],
  [
    "a=b=c&&d",
    [
      ["a", "b=c"],
      ["d", ""],
    ],
  ],
  ["__proto__=x", [["__proto__", "x"]]],
])("%j is read as %j", (query, expected) => {
  expect([...parseQuery(query)]).toEqual(expected);
});

test.each([
  ["a=%"],
  ["a=%zz"],
  ["a=%ff"],
  ["%c3%28=1"],
  [Array.from({ length: 201 }, (_, index) => `a${index}=1`).join("&")],
])("%s is refused with 400", (query) => {
  expect(() => parseQuery(query)).toThrow(expect.objectContaining({ code: "BAD_REQUEST", status: 400 }));
});
