import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { CacheStore } from "./cache-store.ts";

/** One promise of the port. */
export interface StoreContractCase {
  /** A sentence, for the test's name. */
  readonly name: string;
  /** Rejects with an assertion error when the store breaks the promise. */
  run(store: CacheStore): Promise<void>;
}

/**
 * What every {@link CacheStore} promises, for any test runner: `test.each(cacheStoreContract())("$name", ({ run }) => run(store))`.
 *
 * Every case uses keys of its own that start with `prefix`, so all of them may share one store.
 */
export function cacheStoreContract({
  prefix = "contract:",
}: { readonly prefix?: string } = {}): readonly StoreContractCase[] {
  return CASES.map(({ name, run }, index) => ({
    name,
    run: (store) => run(store, (key) => `${prefix}${index}:${key}`),
  }));
}

interface Case {
  readonly name: string;
  readonly run: (store: CacheStore, key: (name: string) => string) => Promise<void>;
}

const CASES: readonly Case[] = [
  {
    name: "a key that was never written has no value",
    async run(store, key) {
      const { value, generations } = await store.read(key("value"), []);
      equal(value, undefined);
      deepEqual(generations, []);
    },
  },
  {
    name: "a value comes back byte for byte",
    async run(store, key) {
      const bytes = Buffer.from([0, 13, 10, 255, 254, 0, 128]);
      await store.write(key("value"), bytes, 10_000);
      deepEqual((await store.read(key("value"), [])).value, bytes);
    },
  },
  {
    name: "a value replaces the one before",
    async run(store, key) {
      await store.write(key("value"), Buffer.from("one"), 10_000);
      await store.write(key("value"), Buffer.from("two"), 10_000);
      equal((await store.read(key("value"), [])).value?.toString(), "two");
    },
  },
  {
    name: "a value is gone after its time",
    async run(store, key) {
      await store.write(key("value"), Buffer.from("short"), 20);
      await pause(60);
      equal((await store.read(key("value"), [])).value, undefined);
    },
  },
  {
    name: "a generation that does not exist is made, and stays",
    async run(store, key) {
      const first = await store.read(key("value"), [key("a"), key("b")]);
      const second = await store.read(key("value"), [key("a"), key("b")]);
      equal(first.generations.length, 2);
      ok(first.generations.every((generation) => generation !== undefined && generation.length > 0));
      deepEqual(second.generations, first.generations);
      equal(second.origin, first.origin);
    },
  },
  {
    name: "generations come in the order they were asked for",
    async run(store, key) {
      const forth = await store.read(key("value"), [key("a"), key("b")]);
      const back = await store.read(key("value"), [key("b"), key("a")]);
      deepEqual(back.generations, forth.generations.toReversed());
    },
  },
  {
    name: "renewing replaces the named generations and leaves the others",
    async run(store, key) {
      const before = (await store.read(key("value"), [key("a"), key("b"), key("c")])).generations;
      await store.renew([key("a"), key("b")]);
      const after = (await store.read(key("value"), [key("a"), key("b"), key("c")])).generations;
      notEqual(after[0], before[0]);
      notEqual(after[1], before[1]);
      equal(after[2], before[2]);
    },
  },
  {
    name: "renewing a generation that does not exist makes one",
    async run(store, key) {
      await store.renew([key("a")]);
      ok((await store.read(key("value"), [key("a")])).generations[0] !== undefined);
    },
  },
  {
    name: "a generation never comes back",
    async run(store, key) {
      const seen = new Set<string | undefined>();
      for (let round = 0; round < 50; round += 1) {
        seen.add((await store.read(key("value"), [key("a")])).generations[0]);
        await store.renew([key("a")]);
      }
      equal(seen.size, 50);
    },
  },
  {
    name: "readers that ask for a missing generation at the same time end up with one",
    async run(store, key) {
      const readings = await Promise.all(Array.from({ length: 20 }, () => store.read(key("value"), [key("a")])));
      const { generations } = await store.read(key("value"), [key("a")]);
      const different = readings.filter(({ generations: [first] }) => first !== undefined && first !== generations[0]);
      deepEqual(different, []);
    },
  },
];
