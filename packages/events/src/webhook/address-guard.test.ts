import fc from "fast-check";
import { expect, test } from "vitest";
import { createAddressGuard, type Lookup } from "./address-guard.ts";

const guard = createAddressGuard();

test.each([
  "127.0.0.1",
  "127.8.8.8",
  "0.0.0.0",
  "0.1.2.3",
  "10.0.0.1",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
  "192.0.2.1",
  "198.18.0.1",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::127.0.0.1",
  "::10.0.0.1",
  "::ffff:127.0.0.1",
  "::ffff:7f00:1",
  "::ffff:8.8.8.8",
  "::ffff:0:127.0.0.1",
  "64:ff9b::7f00:1",
  "64:ff9b::a9fe:a9fe",
  "64:ff9b:1::1",
  "2002:7f00:1::",
  "2001::1",
  "2001:db8::1",
  "fe80::1",
  "fe80::1%eth0",
  "fec0::1",
  "fc00::1",
  "fd00:ec2::254",
  "ff02::1",
  "100::1",
  "5f00::1",
  "4000::1",
  "e000::1",
  "text",
  "",
  "1.2.3.4.5",
])("%s is refused (J11)", (address) => {
  expect(guard.allows(address)).toBe(false);
});

test.each([
  "1.1.1.1",
  "8.8.8.8",
  "93.184.216.34",
  "172.32.0.1",
  "100.128.0.1",
  "169.253.0.1",
  "2606:4700::1111",
  "2a00:1450:4001::1",
])("%s is public", (address) => {
  expect(guard.allows(address)).toBe(true);
});

test("no spelling of an IPv4 address inside an IPv6 one is a way in", () => {
  const inside = fc.constantFrom("7f00:1", "a00:1", "c0a8:101", "a9fe:a9fe", "ac10:1");
  const prefix = fc.constantFrom(
    "::",
    "::ffff:",
    "::ffff:0:",
    "64:ff9b::",
    "64:ff9b:1::",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
  );
  fc.assert(fc.property(prefix, inside, (before, address) => !guard.allows(`${before}${address}`)));
  expect(guard.allows("::ffff:7f00:1")).toBe(false);
});

test("what is allowed is allowed, and nothing beside it", () => {
  const open = createAddressGuard({ allow: ["10.1.0.0/16", "::1", "127.0.0.1"] });
  expect(["10.1.255.1", "::1", "127.0.0.1", "1.1.1.1"].filter((address) => !open.allows(address))).toEqual([]);
  expect(
    ["10.2.0.1", "127.0.0.2", "::ffff:127.0.0.1", "::ffff:10.1.0.1"].filter((address) => open.allows(address)),
  ).toEqual([]);
});

test.each(["10.1", "10.0.0.0/33", "example.org", ""])("%j cannot be allowed", (text) => {
  expect(() => createAddressGuard({ allow: [text] })).toThrow(TypeError);
});

const answering =
  (...addresses: string[]): Lookup =>
  (_name, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
const resolve = (lookup: Lookup, all: boolean): Promise<unknown> =>
  new Promise((settle) =>
    createAddressGuard({ lookup }).lookup("example.org", { all }, (error, address, family) =>
      settle(error ?? [address, family]),
    ),
  );

test("of the addresses of a name only the public ones are dialled", async () => {
  const mixed = answering("10.0.0.1", "1.1.1.1", "::1");
  expect(await resolve(mixed, false)).toEqual(["1.1.1.1", 4]);
  expect(await resolve(mixed, true)).toEqual([[{ address: "1.1.1.1", family: 4 }], undefined]);
});

test("a name that leads inside is refused, without saying where", async () => {
  for (const all of [true, false]) {
    const error = await resolve(answering("10.9.8.7"), all);
    expect(error).toMatchObject({ code: "EVENTS_ADDRESS_REFUSED", details: { host: "example.org" } });
    expect(JSON.stringify(error) + String(error)).not.toContain("10.9.8.7");
  }
});

test("a name that does not exist stays what it is", async () => {
  const failing: Lookup = (_name, _options, callback) =>
    callback(Object.assign(new Error("no"), { code: "ENOTFOUND" }), []);
  expect(await resolve(failing, true)).toMatchObject({ code: "ENOTFOUND" });
});
