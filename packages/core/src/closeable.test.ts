import { expect, test } from "vitest";
import { closeable } from "./closeable.ts";

test("close releases once, and both callers get the same promise", async () => {
  let released = 0;
  const handle = closeable(async () => {
    released += 1;
  });
  const first = handle.close();
  expect(handle.close()).toBe(first);
  await first;
  expect(released).toBe(1);
});

test("await using closes at the end of the block", async () => {
  let open = true;
  {
    await using handle = closeable(async () => {
      open = false;
    });
    expect(handle.close).toBeTypeOf("function");
    expect(open).toBe(true);
  }
  expect(open).toBe(false);
});
