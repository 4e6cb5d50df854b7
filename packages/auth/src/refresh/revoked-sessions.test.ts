import { expect, test } from "vitest";
import { createRevokedSessions } from "./revoked-sessions.ts";

test("an id is known until no access token of the session can be valid", () => {
  let time = 0;
  const revoked = createRevokedSessions({ keepMs: 1_000, max: 10, onOverflow: () => undefined, now: () => time });
  revoked.add("a");
  time = 600;
  revoked.add("a");
  revoked.add("b");
  expect([revoked.has("a"), revoked.has("b"), revoked.has("c")]).toEqual([true, true, false]);
  time = 1_100;
  revoked.add("c");
  expect([revoked.has("a"), revoked.has("b"), revoked.size]).toEqual([false, true, 2]);
});

test("when there are too many, the oldest goes, and that is told", () => {
  let told = 0;
  const revoked = createRevokedSessions({ keepMs: 1_000, max: 3, onOverflow: () => (told += 1), now: () => 0 });
  for (const id of ["a", "b", "c", "d", "e"]) revoked.add(id);
  expect([revoked.size, revoked.has("a"), revoked.has("b"), revoked.has("e"), told]).toEqual([
    3,
    false,
    false,
    true,
    2,
  ]);
});
