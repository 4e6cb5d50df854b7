import { expect, test } from "vitest";
import { hasSql, splitStatements } from "./split-statements.ts";

test.each([
  { what: "plain statements", sql: "a; b;c", texts: ["a", " b", "c"] },
  { what: "a string", sql: "select ';''; '; b", texts: ["select ';''; '", " b"] },
  { what: "an escape string", sql: "select E'\\';'; b", texts: ["select E'\\';'", " b"] },
  { what: "an identifier", sql: 'select ";"; b', texts: ['select ";"', " b"] },
  { what: "a dollar-quoted body", sql: "do $x$ a; $$ b; $x$; c", texts: ["do $x$ a; $$ b; $x$", " c"] },
  { what: "a comment", sql: "a -- ; b\n; c", texts: ["a -- ; b\n", " c"] },
  { what: "nested comments", sql: "a /* ; /* ; */ ; */; c", texts: ["a /* ; /* ; */ ; */", " c"] },
  { what: "nothing but comments", sql: "-- a\n;/* b */;\n", texts: [] },
])("$what: semicolons inside do not end a statement", ({ sql, texts }) => {
  const statements = splitStatements(sql);
  expect(statements.map(({ text }) => text)).toEqual(texts);
  for (const { text, offset } of statements) expect(sql.slice(offset, offset + text.length)).toBe(text);
});

test.each([
  { sql: "", expected: false },
  { sql: " -- nothing\n/* at all */ ;\n", expected: false },
  { sql: "select 1", expected: true },
])("%o has SQL", ({ sql, expected }) => {
  expect(hasSql(sql)).toBe(expected);
});
