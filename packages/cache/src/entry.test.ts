import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeEntry, encodeEntry, freshness } from "./entry.ts";

const entry = {
  body: Buffer.from('{"a":1}'),
  meta: "200",
  stamp: "one.two.server",
  storedAt: 1_700_000_000_000,
  ttlMs: 60_000,
  staleMs: 0,
};

test("every entry is decoded as it was encoded", () => {
  fc.assert(
    fc.property(
      fc.record({
        body: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        meta: fc.string({ unit: "grapheme" }),
        stamp: fc.string(),
        storedAt: fc.nat(),
        ttlMs: fc.double({ noNaN: true, min: 0 }),
        staleMs: fc.nat(),
      }),
      (original) => {
        expect(decodeEntry(encodeEntry(original))).toEqual(original);
      },
    ),
  );
});

test("a truncated, extended or changed entry is nothing", () => {
  const encoded = encodeEntry(entry);
  for (let length = 0; length < encoded.length; length += 1)
    expect(decodeEntry(encoded.subarray(0, length))).toBeUndefined();
  expect(decodeEntry(Buffer.concat([encoded, Buffer.from([0])]))).toBeUndefined();
  for (let index = 0; index < encoded.length; index += 1) {
    const changed = Buffer.from(encoded);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(decodeEntry(changed)).toBeUndefined();
  }
});

test("rubbish is nothing", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(decodeEntry(Buffer.from(bytes))).toBeUndefined();
      expect(decodeEntry(Buffer.concat([Buffer.from("SRC1"), bytes]))).toBeUndefined();
    }),
  );
});

test.each([
  { ageMs: -5_000, state: "fresh" },
  { ageMs: 0, state: "fresh" },
  { ageMs: 59_999, state: "fresh" },
  { ageMs: 60_000, state: "stale" },
  { ageMs: 69_999, state: "stale" },
  { ageMs: 70_000, state: "expired" },
])("after $ageMs ms of 60 s and 10 s more an entry is $state", ({ ageMs, state }) => {
  expect(freshness({ ...entry, staleMs: 10_000 }, entry.storedAt + ageMs)).toBe(state);
});
