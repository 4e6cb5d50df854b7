import { expect, test } from "vitest";
import { withDeadline } from "./deadline.ts";

test("work that ends in time is returned", async () => {
  await expect(withDeadline(async () => 7, { timeoutMs: 1_000, what: "a quick thing" })).resolves.toBe(7);
});

test("work that takes too long is rejected with a code, and its signal is aborted", async () => {
  let aborted = false;
  const never = withDeadline(
    (signal) =>
      new Promise<void>(() => {
        signal.addEventListener("abort", () => {
          aborted = true;
        });
      }),
    { timeoutMs: 5, what: "the check" },
  );
  await expect(never).rejects.toMatchObject({
    code: "CORE_DEADLINE_EXCEEDED",
    message: "the check took longer than 5 ms.",
  });
  expect(aborted).toBe(true);
});
