import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { runUntilSignal } from "./signals.ts";

test.each(["SIGTERM", "SIGINT"] as const)("%s closes the runtime and ends with 0", async (signal) => {
  const signals = new EventEmitter();
  let closed = false;
  const code = runUntilSignal({ close: async () => void (closed = true) }, { signals });
  signals.emit(signal);
  await expect(code).resolves.toBe(0);
  expect(closed).toBe(true);
  await sleep(0);
  expect(signals.listenerCount("SIGTERM") + signals.listenerCount("SIGINT")).toBe(0);
});

test("a shutdown that fails ends with 1", async () => {
  const signals = new EventEmitter();
  const code = runUntilSignal({ close: () => Promise.reject(new Error("stuck")) }, { signals });
  signals.emit("SIGTERM");
  await expect(code).resolves.toBe(1);
});

test.each([
  { first: "SIGTERM", second: "SIGTERM", code: 143 },
  { first: "SIGTERM", second: "SIGINT", code: 130 },
] as const)("$second during the shutdown ends at once with $code", ({ first, second, code }) => {
  const signals = new EventEmitter();
  const exits: number[] = [];
  void runUntilSignal({ close: () => new Promise(() => {}) }, { signals, exit: (value) => exits.push(value) });
  signals.emit(first);
  expect(exits).toEqual([]);
  signals.emit(second);
  expect(exits).toEqual([code]);
});
