import { noopObserver, type Observer } from "@shaperail/core";
import { expect, test } from "vitest";
import { joinObservers } from "./join-observers.ts";

function recording(name: string, seen: unknown[]): Observer {
  return {
    observe: (operation, attributes, run) => {
      seen.push({ name, operation, ...attributes });
      return run((facts) => void seen.push({ name, ...facts }));
    },
    inject: (carrier) => void (carrier["by"] = name),
    extract: (_carrier, run) => {
      seen.push({ name, extracted: true });
      return run();
    },
  };
}

test("both see the operation and what is reported later; the context that travels is the first one's", async () => {
  const seen: unknown[] = [];
  const joined = joinObservers(recording("a", seen), recording("b", seen));
  const result = joined.observe("cache.op", { "cache.operation": "get" }, async (report) => {
    report({ "cache.result": "hit" });
    return 1;
  });
  await expect(result).resolves.toBe(1);
  const carrier: Record<string, string> = {};
  joined.inject(carrier);
  await joined.extract(carrier, async () => undefined);
  expect(carrier).toEqual({ by: "a" });
  expect(seen).toEqual([
    { name: "a", operation: "cache.op", "cache.operation": "get" },
    { name: "b", operation: "cache.op", "cache.operation": "get" },
    { name: "a", "cache.result": "hit" },
    { name: "b", "cache.result": "hit" },
    { name: "a", extracted: true },
  ]);
});

test("the promise of the work is passed on as it is", () => {
  const work = Promise.resolve(1);
  expect(joinObservers(noopObserver, noopObserver).observe("x", {}, () => work)).toBe(work);
});
