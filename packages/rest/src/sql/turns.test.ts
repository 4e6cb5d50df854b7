import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { createTurns } from "./turns.ts";

test("so many are under way at a time, the first to come is the first to go, and who fails leaves too", async () => {
  const turns = createTurns({ most: 2 });
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const works = [1, 2, 3, 4].map((id) =>
    turns(async () => {
      begun.push(id);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (id === 1) throw new Error("one");
      return id;
    }).catch(String),
  );
  await setImmediate();
  expect(begun).toEqual([1, 2]);
  ends[0]?.();
  await setImmediate();
  expect(begun).toEqual([1, 2, 3]);
  ends[1]?.();
  await setImmediate();
  expect(begun).toEqual([1, 2, 3, 4]);
  for (const end of ends) end();
  expect(await Promise.all(works)).toEqual(["Error: one", 2, 3, 4]);
  expect(await turns(async () => "again")).toBe("again");
});

test("who waits too long is sent away, and takes nobody's turn", async () => {
  const turns = createTurns({ most: 1, timeoutMs: 1 });
  let end = (): void => undefined;
  const first = turns(() => new Promise<void>((resolve) => (end = resolve)));
  await expect(turns(async () => "late")).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
  end();
  await first;
  expect(await turns(async () => "next")).toBe("next");
});
