import { expect, test } from "vitest";
import { preferredCoding } from "./accept-encoding.ts";

test.each([
  { header: "", coding: "identity" },
  { header: "gzip", coding: "gzip" },
  { header: "x-gzip", coding: "gzip" },
  { header: "GZIP", coding: "gzip" },
  { header: "br", coding: "br" },
  { header: "gzip, deflate, br, zstd", coding: "br" },
  { header: "gzip, deflate", coding: "gzip" },
  { header: "deflate, zstd", coding: "identity" },
  { header: "*", coding: "br" },
  { header: "*;q=0", coding: "identity" },
  { header: "br;q=0, *", coding: "gzip" },
  { header: "gzip;q=0", coding: "identity" },
  { header: "gzip;q=0, br;q=0", coding: "identity" },
  { header: "gzip;q=1, br;q=0.5", coding: "gzip" },
  { header: "gzip;q=0.5, br;q=0.5", coding: "br" },
  { header: "gzip; q=0.001", coding: "gzip" },
  { header: "gzip ; Q = 0.3 , br ; q=0.2", coding: "gzip" },
  { header: "identity", coding: "identity" },
  { header: "identity, gzip;q=0.5", coding: "identity" },
  { header: "identity, gzip", coding: "gzip" },
  { header: "identity;q=0.5, gzip;q=0.1", coding: "identity" },
  { header: "identity;q=0, gzip", coding: "gzip" },
  { header: "identity;q=0", coding: "identity" },
  { header: "gzip;q=nonsense", coding: "identity" },
  { header: "gzip;q=-1", coding: "identity" },
  { header: ",,;;q=1,", coding: "identity" },
])("Accept-Encoding `$header` prefers $coding", ({ header, coding }) => {
  expect(preferredCoding(header)).toBe(coding);
});

test("a header as long as one can be is read in no time", () => {
  const header = "a;q=0,".repeat(2_700);
  const started = performance.now();
  expect(preferredCoding(header)).toBe("identity");
  expect(performance.now() - started).toBeLessThan(50);
});
