import { expect, test } from "vitest";
import { parseRetryAfter, toOutcome } from "./outcome.ts";

test.each([
  { status: 200, kind: "delivered" },
  { status: 204, kind: "delivered" },
  { status: 299, kind: "delivered" },
  { status: 301, kind: "rejected" },
  { status: 304, kind: "rejected" },
  { status: 400, kind: "rejected" },
  { status: 404, kind: "rejected" },
  { status: 410, kind: "gone" },
  { status: 429, kind: "throttled" },
  { status: 500, kind: "rejected" },
  { status: 502, kind: "throttled" },
  { status: 503, kind: "rejected" },
  { status: 504, kind: "throttled" },
])("$status means $kind", ({ status, kind }) => {
  expect(toOutcome(status, undefined)).toMatchObject({ kind, status });
});

const now = Date.parse("Wed, 21 Oct 2026 07:28:00 GMT");

test.each([
  { header: "0", ms: 0 },
  { header: " 120 ", ms: 120_000 },
  { header: "99999999", ms: 86_400_000 },
  { header: "Wed, 21 Oct 2026 07:28:30 GMT", ms: 30_000 },
  { header: "Wed, 21 Oct 2026 07:00:00 GMT", ms: 0 },
  { header: "Wed, 21 Oct 2099 07:00:00 GMT", ms: 86_400_000 },
  { header: "-5", ms: undefined },
  { header: "1.5", ms: undefined },
  { header: "soon", ms: undefined },
  { header: "", ms: undefined },
  { header: undefined, ms: undefined },
])("Retry-After: $header is $ms ms", ({ header, ms }) => {
  expect(parseRetryAfter(header, now)).toBe(ms);
});
