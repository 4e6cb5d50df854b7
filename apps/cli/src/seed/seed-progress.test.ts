import { expect, test } from "vitest";
import { createSeedProgress, type SeedProgressLine } from "./seed-progress.ts";

/** A line whose clock the test sets. */
function open(isInteractive: boolean): { line: SeedProgressLine; clock: { ms: number }; written: string[] } {
  const written: string[] = [];
  const clock = { ms: 0 };
  const stderr = { write: (text: string) => void written.push(text), color: false };
  return { line: createSeedProgress({ stderr, isInteractive }, { now: () => clock.ms }), clock, written };
}

test("at a terminal one line shows table, records and elapsed time, and is gone at the end", async () => {
  const { line, clock, written } = open(true);
  line.follow({ table: "posts", done: 0, total: 9 });
  clock.ms = 1_250;
  line.follow({ table: "posts", done: 5, total: 9 });
  await line.close();
  expect(written).toEqual([
    "\r\u001B[Kposts: 0 of 9 record(s) … 0.0 s",
    "\r\u001B[Kposts: 5 of 9 record(s) … 1.3 s",
    "\r\u001B[K",
  ]);
});

test("elsewhere a plain line comes every other second, and none when it is over before", async () => {
  const { line, clock, written } = open(false);
  for (const ms of [0, 1_900, 2_100, 2_200, 4_500]) {
    clock.ms = ms;
    line.follow({ table: "posts", done: ms, total: 9_000 });
  }
  await line.close();
  expect(written).toEqual(["posts: 2100 of 9000 record(s) … 2.1 s\n", "posts: 4500 of 9000 record(s) … 4.5 s\n"]);
});
