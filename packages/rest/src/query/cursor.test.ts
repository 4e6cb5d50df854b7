import fc from "fast-check";
import { expect, test } from "vitest";
import { cursorSignature, decodeCursor, encodeCursor } from "./cursor.ts";

const signature = cursorSignature("posts", "id");

test("what goes in comes out, whatever the values are", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.constant(null)), { maxLength: 5 }), (values) => {
      expect(decodeCursor(signature, encodeCursor(signature, values))).toEqual(values);
    }),
  );
});

test("a cursor of another order or another resource is not read", () => {
  const cursor = encodeCursor(cursorSignature("posts", "-created_at"), ["x"]);
  expect(decodeCursor(signature, cursor)).toBeUndefined();
  expect(decodeCursor(cursorSignature("comments", "id"), encodeCursor(signature, ["x"]))).toBeUndefined();
});

test("arbitrary text is no cursor and never throws", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(decodeCursor(signature, text)).toBeUndefined();
    }),
  );
  const forged = Buffer.from(`${signature}{"a":1}`).toString("base64url");
  expect(decodeCursor(signature, forged)).toBeUndefined();
  expect(decodeCursor(signature, "A".repeat(5_000))).toBeUndefined();
});
