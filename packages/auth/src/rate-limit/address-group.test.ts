import fc from "fast-check";
import { expect, test } from "vitest";
import { addressGroup } from "./address-group.ts";

test.each([
  { address: "203.0.113.7", group: "203.0.113.7" },
  { address: "::ffff:203.0.113.7", group: "203.0.113.7" },
  { address: "::ffff:cb00:7107", group: "203.0.113.7" },
  { address: "0:0:0:0:0:FFFF:203.0.113.7", group: "203.0.113.7" },
  { address: "2001:db8:1:2:3:4:5:6", group: "2001:db8:1:2::/64" },
  { address: "2001:DB8:1:2::1", group: "2001:db8:1:2::/64" },
  { address: "2001:0db8:0001:0002:ffff:ffff:ffff:ffff", group: "2001:db8:1:2::/64" },
  { address: "2001:db8::1", group: "2001:db8:0:0::/64" },
  { address: "::1", group: "0:0:0:0::/64" },
  { address: "::", group: "0:0:0:0::/64" },
  { address: "1::", group: "1:0:0:0::/64" },
  { address: "64:ff9b::203.0.113.7", group: "64:ff9b:0:0::/64" },
  { address: "fe80::1%eth0", group: "fe80:0:0:0::/64" },
  { address: "203.0.113.7:80", group: "unknown" },
  { address: "user:1", group: "unknown" },
  { address: "", group: "unknown" },
  { address: undefined, group: "unknown" },
])("$address counts as $group", ({ address, group }) => {
  expect(addressGroup(address)).toBe(group);
});

test("every address of one /64 counts as one, and every text as something", () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      const group = addressGroup(address);
      expect(addressGroup(group.replace("::/64", ":a:b:c:d"))).toBe(group.includes(".") ? "unknown" : group);
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => void addressGroup(text)));
});
