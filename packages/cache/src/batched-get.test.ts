import { expect, test } from "vitest";
import { createBatchedGet } from "./batched-get.ts";

const value = (key: string): Buffer | null => (key === "missing" ? null : Buffer.from(`value of ${key}`));
const texts = (values: readonly (Buffer | null)[]): (string | undefined)[] => values.map((one) => one?.toString());

function recording() {
  const asked: (readonly string[])[] = [];
  const get = createBatchedGet(async (keys) => {
    asked.push(keys);
    return keys.map(value);
  });
  return { asked, get };
}

test("who comes in one turn shares a question, in which each key stands once; each gets what it asked for", async () => {
  const { asked, get } = recording();
  const answers = await Promise.all([get(["a", "tag"]), get(["b", "tag"]), get(["missing", "a"])]);
  expect(asked).toEqual([["a", "tag", "b", "missing"]]);
  expect(answers.map(texts)).toEqual([
    ["value of a", "value of tag"],
    ["value of b", "value of tag"],
    [undefined, "value of a"],
  ]);
});

test("a question that was asked is not shared any more: its answer may be older than whoever comes then", async () => {
  const turns: (() => void)[] = [];
  const asked: (readonly string[])[] = [];
  const get = createBatchedGet(async (keys) => {
    asked.push(keys);
    await new Promise<void>((resolve) => turns.push(resolve));
    return keys.map(value);
  });
  const first = get(["a"]);
  await new Promise((resolve) => setImmediate(resolve));
  const second = get(["a"]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toEqual([["a"], ["a"]]);
  for (const answer of turns) answer();
  expect((await Promise.all([first, second])).map(texts)).toEqual([["value of a"], ["value of a"]]);
});

test("many keys are several questions", async () => {
  const { asked, get } = recording();
  const keys = Array.from({ length: 300 }, (_each, index) => `k${index}`);
  const answers = await Promise.all(keys.map((key) => get([key])));
  expect(answers.map(texts)).toEqual(keys.map((key) => [`value of ${key}`]));
  expect(asked.map(({ length }) => length)).toEqual([128, 128, 44]);
});

test("a question that fails fails for all who share it, and for nobody else", async () => {
  let isBroken = true;
  const get = createBatchedGet(async (keys) => {
    if (isBroken) throw new Error("gone");
    return keys.map(value);
  });
  const results = await Promise.allSettled([get(["a"]), get(["b"])]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  isBroken = false;
  expect(texts(await get(["a"]))).toEqual(["value of a"]);
});
