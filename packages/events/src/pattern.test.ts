import { expect, test } from "vitest";
import { compilePattern } from "./pattern.ts";

test.each([
  {
    pattern: "posts.created",
    yes: ["posts.created"],
    no: ["posts.createdx", "posts", "xposts.created", "POSTS.created"],
  },
  {
    pattern: "posts.*",
    yes: ["posts.created", "posts.comment.added"],
    no: ["posts", "posts.", "postsx.created", "blog.posts.created"],
  },
  {
    pattern: "*.created",
    yes: ["posts.created", "blog.posts.created"],
    no: ["created", ".created", "posts.recreated", "posts.created.x"],
  },
  { pattern: "*", yes: ["posts.created", "x"], no: [] },
])("$pattern means $yes and not $no", ({ pattern, yes, no }) => {
  const matches = compilePattern(pattern);
  expect(yes.filter((name) => !matches(name))).toEqual([]);
  expect(no.filter((name) => matches(name))).toEqual([]);
});

test.each(["", "posts.", ".created", "po*ts", "posts.*.added", "**", "*.*", "posts created", "posts..x"])(
  "%j is no pattern",
  (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(expect.objectContaining({ code: "EVENTS_SUBSCRIBER_INVALID" }));
  },
);
