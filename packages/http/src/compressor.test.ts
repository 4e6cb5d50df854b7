import { randomBytes } from "node:crypto";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createCompressor } from "./compressor.ts";

const text = JSON.stringify({ data: Array.from({ length: 100 }, (_, id) => ({ id, title: "é".repeat(id) })) });
const size = Buffer.byteLength(text);

test.each([
  { coding: "gzip", unpack: gunzipSync },
  { coding: "br", unpack: brotliDecompressSync },
] as const)("$coding makes the body smaller and loses nothing", async ({ coding, unpack }) => {
  const packed = await createCompressor().compress(text, { size, coding });
  expect(packed!.length).toBeLessThan(size / 2);
  expect(unpack(packed!).toString()).toBe(text);
});

test("a body that does not get smaller is not compressed", async () => {
  const noise = randomBytes(2_000);
  const packed = createCompressor().compress(noise, { size: noise.length, coding: "gzip" });
  expect(await packed).toBeUndefined();
});

test("what waits is bounded: beyond it the answer comes at once, and it is no", async () => {
  const compressor = createCompressor();
  const body = "a".repeat(400_000);
  const given = Array.from({ length: 10 }, () => compressor.compress(body, { size: body.length, coding: "gzip" }));
  // Two run, two wait; a third one would make more than a megabyte wait.
  expect(given.map((packed) => packed !== undefined)).toEqual([true, true, true, true, ...Array(6).fill(false)]);
  const packed = await Promise.all(given.flatMap((packing) => packing ?? []));
  expect(packed.every((bytes) => bytes !== undefined)).toBe(true);
  expect(await compressor.compress(body, { size: body.length, coding: "gzip" })).toBeDefined();
});
