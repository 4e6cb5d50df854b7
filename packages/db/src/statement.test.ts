import { expect, test } from "vitest";
import { isShareable, serverNameOf } from "./statement.ts";

test.each([
  { text: "select 1", shareable: true },
  { text: "  SELECT a FROM t WHERE b = $1", shareable: true },
  { text: "select a from t for update", shareable: false },
  { text: "select a from t for no key update skip locked", shareable: false },
  { text: "select a into b from t", shareable: false },
  { text: "select pg_advisory_lock(1)", shareable: false },
  { text: "with x as (insert into t values (1) returning a) select a from x", shareable: false },
  { text: "update t set a = 1", shareable: false },
])("$text shares its connection: $shareable", ({ text, shareable }) => {
  expect(isShareable({ name: "x", text })).toBe(shareable);
});

test("names that PostgreSQL would cut stay different", () => {
  const [one, other] = ["a", "b"].map((end) => serverNameOf({ name: "x".repeat(63) + end, text: "select 1" }, 0));
  expect(one).not.toBe(other);
  expect(Buffer.byteLength(one ?? "")).toBeLessThanOrEqual(63);
});

test("each generation of a statement has its own name", () => {
  expect(serverNameOf({ name: "users.get", text: "" }, 0)).toBe("users.get");
  expect(serverNameOf({ name: "users.get", text: "" }, 2)).toBe("users.get~2");
});
