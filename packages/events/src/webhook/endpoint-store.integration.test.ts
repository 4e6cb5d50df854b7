import { afterAll, beforeAll, expect, test } from "vitest";
import { makeHome, type TestHome } from "../events.test-kit.ts";
import { createEndpointStore, type EndpointStore } from "./endpoint-store.ts";

let home: TestHome;
let store: EndpointStore;

beforeAll(async () => {
  home = await makeHome();
  store = createEndpointStore({ database: home.database, disableAfter: 3 });
});
afterAll(() => home.close());

const failed = async (url: string, times: number): Promise<boolean[]> => {
  const answers: boolean[] = [];
  for (let n = 0; n < times; n += 1) answers.push(await store.failed(url, "rejected: 500"));
  return answers;
};

test("a run of failures disables, and says so exactly once", async () => {
  expect(await failed("https://a.example", 5)).toEqual([false, false, true, false, false]);
  expect(await store.isDisabled("https://a.example")).toBe(true);
  expect(await store.isDisabled("https://b.example")).toBe(false);
});

test("of failures at the same moment one is told that it was the last", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => store.failed("https://c.example", "x")));
  expect(answers.filter(Boolean)).toHaveLength(1);
});

test("a success begins the count anew, and does not enable a receiver that is disabled", async () => {
  await failed("https://d.example", 2);
  await store.succeeded("https://d.example");
  expect(await failed("https://d.example", 3)).toEqual([false, false, true]);
  await store.succeeded("https://d.example");
  expect(await store.isDisabled("https://d.example")).toBe(true);
  await store.enable("https://d.example");
  expect(await store.isDisabled("https://d.example")).toBe(false);
  expect(await failed("https://d.example", 1)).toEqual([false]);
});

test("one that is disabled at once is told so once", async () => {
  expect([
    await store.disable("https://e.example", "gone: 410"),
    await store.disable("https://e.example", "gone: 410"),
  ]).toEqual([true, false]);
  const strict = createEndpointStore({ database: home.database, disableAfter: 1 });
  expect([await strict.failed("https://f.example", "x"), await strict.failed("https://f.example", "x")]).toEqual([
    true,
    false,
  ]);
});

test.each([0, 1.5, -1])("disabling after %d failures is refused", (disableAfter) => {
  expect(() => createEndpointStore({ database: home.database, disableAfter })).toThrow(TypeError);
});
