import { expect, test } from "vitest";
import type { Subject } from "../subject.ts";
import { rateLimitKey } from "./rate-limit-key.ts";

const user = (sub: string, tenantId?: string): Subject => ({ sub, role: "member", tenantId });
const prefix = "shaperail:ratelimit:posts:create:";

test.each([
  { subject: undefined, address: "203.0.113.7", key: `${prefix}ip:203.0.113.7` },
  { subject: undefined, address: "2001:db8::7", key: `${prefix}ip:2001:db8:0:0::/64` },
  { subject: undefined, address: undefined, key: `${prefix}ip:unknown` },
  { subject: user("7"), address: "203.0.113.7", key: `${prefix}user:7` },
  { subject: user("7", "acme"), address: "203.0.113.7", key: `${prefix}t:acme:user:7` },
  { subject: user("auth0|7"), address: undefined, key: `${prefix}user:auth0|7` },
])("$subject at $address counts as $key", ({ subject, address, key }) => {
  expect(rateLimitKey({ resource: "posts", action: "create", subject, address })).toBe(key);
});

test.each([
  { one: user("b", "a:user:x"), other: user("x:user:b", "a") },
  { one: user("7", "acme"), other: user("7") },
  { one: user("t:acme:user:7"), other: user("7", "acme") },
  { one: user("a%3Ab"), other: user("a:b") },
  { one: user("\u{d800}"), other: user("7") },
])("$one and $other never share a key", ({ one, other }) => {
  const key = (subject: Subject): string =>
    rateLimitKey({ resource: "posts", action: "create", subject, address: undefined });
  expect(key(one)).not.toBe(key(other));
});
