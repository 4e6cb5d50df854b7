import { expect, test } from "vitest";
import * as bullmq from "./bullmq.ts";

test("the subpath ./bullmq exports exactly this", () => {
  expect(Object.keys(bullmq)).toEqual(["openBullQueue"]);
});
