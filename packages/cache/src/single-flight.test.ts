import { expect, test } from "vitest";
import { gate, settle, until } from "./cache.test-kit.ts";
import { createSingleFlight } from "./single-flight.ts";

const options = { maxFlights: 10, timeoutMs: 10_000 };

function work(): { run: () => Promise<number>; open: () => void; begun: () => number } {
  const { opened, open } = gate();
  let begun = 0;
  return {
    run: async () => {
      const own = (begun += 1);
      await opened;
      return own;
    },
    open,
    begun: () => begun,
  };
}

test("join shares what is under way, and starts anew afterwards", async () => {
  const flights = createSingleFlight<number>(options);
  const { run, open } = work();
  const both = [flights.join("key", run), flights.join("key", run)];
  open();
  expect(await Promise.all(both)).toEqual([1, 1]);
  await settle();
  expect(flights.size).toBe(0);
  expect(await flights.join("key", run)).toBe(2);
});

test("joinNext never shares what is under way: all who wait share the next", async () => {
  const flights = createSingleFlight<number>(options);
  const { run, open, begun } = work();
  const first = flights.joinNext("key", run);
  const others = Array.from({ length: 50 }, () => flights.joinNext("key", run));
  await settle();
  expect(begun()).toBe(1);
  expect(flights.size).toBe(2);
  open();
  expect([await first, ...new Set(await Promise.all(others))]).toEqual([1, 2]);
  await settle();
  expect(flights.size).toBe(0);
});

test("those who wait are not harmed by the failure of the one under way", async () => {
  const flights = createSingleFlight<number>(options);
  const first = flights.joinNext("key", () => Promise.reject(new Error("first")));
  const second = flights.joinNext("key", async () => 2);
  await expect(first).rejects.toThrow("first");
  expect(await second).toBe(2);
});

test.each(["join", "joinNext"] as const)("%s gives up on work that hangs", async (method) => {
  const flights = createSingleFlight<number>({ maxFlights: 10, timeoutMs: 10 });
  void flights.join("key", () => new Promise(() => {}));
  if (method === "join") await until(() => flights.size === 0);
  expect(await flights[method]("key", async () => 2)).toBe(2);
});

test("different keys share nothing", async () => {
  const flights = createSingleFlight<number>(options);
  const { run, open } = work();
  const both = [flights.join("a", run), flights.join("b", run)];
  open();
  expect(await Promise.all(both)).toEqual([1, 2]);
});

test("a piece of work that is done is shared until what follows it has happened", async () => {
  const stored = Promise.withResolvers<void>();
  const flight = createSingleFlight<number>({ maxFlights: 10, timeoutMs: 1_000, until: () => stored.promise });
  let runs = 0;
  const work = async (): Promise<number> => (runs += 1);
  expect(await flight.join("key", work)).toBe(1);
  expect(await flight.join("key", work)).toBe(1);
  stored.resolve();
  await settle();
  expect(flight.size).toBe(0);
  expect(await flight.join("key", work)).toBe(2);
});
