import { expect, test } from "vitest";
import { noopLogger, noopObserver } from "./index.ts";

test("the no-op logger accepts every call and is its own child", () => {
  for (const level of ["error", "warn", "info", "debug", "trace"] as const) noopLogger[level]("message", { a: 1 });
  expect(noopLogger.child("target")).toBe(noopLogger);
});

test("the no-op observer runs the work and adds nothing to a carrier", async () => {
  const carrier: Record<string, string> = {};
  noopObserver.inject(carrier);
  expect(carrier).toEqual({});
  await expect(noopObserver.observe("db.query", {}, async () => 1)).resolves.toBe(1);
  await expect(noopObserver.extract({}, async () => 2)).resolves.toBe(2);
});
