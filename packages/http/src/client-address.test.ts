import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ClientAddress, createClientAddress, type TrustProxy } from "./client-address.ts";
import { rawClient } from "./raw-client.test-kit.ts";
import { sendJson } from "./send.ts";
import { startServer } from "./server.test-kit.ts";

/** A request as it came from a peer, with what the peer says. */
function requestFrom(peer: string | undefined, forwardedFor?: string): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, "remoteAddress", { value: peer });
  const request = new IncomingMessage(socket);
  if (forwardedFor !== undefined) request.headers["x-forwarded-for"] = forwardedFor;
  return request;
}

function addressOf(trustProxy: TrustProxy | undefined, ...from: Parameters<typeof requestFrom>): string | undefined {
  return createClientAddress({ trustProxy })(requestFrom(...from));
}

test.each([
  { what: "without a header", header: undefined },
  { what: "with a spoofed address", header: "198.51.100.1" },
  { what: "with a spoofed loopback address", header: "127.0.0.1" },
  { what: "with a spoofed list", header: "198.51.100.1, 10.0.0.1, 127.0.0.1" },
  { what: "with garbage", header: "a, , ::zz" },
])("without trust the client is the peer, $what", ({ header }) => {
  for (const trust of [undefined, 0, []]) expect(addressOf(trust, "203.0.113.7", header)).toBe("203.0.113.7");
});

test.each([
  { what: "no header", hops: 1, header: undefined, client: "10.0.0.1" },
  { what: "an empty header", hops: 1, header: "", client: "10.0.0.1" },
  { what: "the entry of the proxy", hops: 1, header: "203.0.113.7", client: "203.0.113.7" },
  { what: "a spoofed entry left of it", hops: 1, header: "198.51.100.1, 203.0.113.7", client: "203.0.113.7" },
  { what: "many spoofed entries", hops: 1, header: "1.1.1.1,2.2.2.2 ,\t203.0.113.7 ", client: "203.0.113.7" },
  { what: "a spoofed entry that is garbage", hops: 1, header: "<script>,, 203.0.113.7", client: "203.0.113.7" },
  { what: "two proxies", hops: 2, header: "198.51.100.1, 203.0.113.7, 10.0.0.2", client: "203.0.113.7" },
  { what: "fewer entries than proxies", hops: 3, header: "203.0.113.7", client: "203.0.113.7" },
  { what: "garbage from the proxy", hops: 1, header: "203.0.113.7, unknown", client: "10.0.0.1" },
  { what: "garbage behind a proxy", hops: 2, header: "198.51.100.1, _hidden, 10.0.0.2", client: "10.0.0.2" },
  { what: "an empty last entry", hops: 1, header: "203.0.113.7,", client: "10.0.0.1" },
  { what: "an address with a port", hops: 1, header: "203.0.113.7:50312", client: "203.0.113.7" },
  { what: "an IPv6 address", hops: 1, header: "2001:db8::7", client: "2001:db8::7" },
  { what: "an IPv6 address with a port", hops: 1, header: "[2001:db8::7]:443", client: "2001:db8::7" },
  { what: "an IPv4 address written as IPv6", hops: 1, header: "::ffff:203.0.113.7", client: "203.0.113.7" },
  { what: "a number that is no address", hops: 1, header: "3405803783", client: "10.0.0.1" },
  { what: "an address with leading zeros", hops: 1, header: "0203.0.113.7", client: "10.0.0.1" },
])("behind $hops proxies, with $what, the client is $client", ({ hops, header, client }) => {
  expect(addressOf(hops, "10.0.0.1", header)).toBe(client);
});

const networks = ["10.0.0.0/8", "192.0.2.1", "fd00::/8"];

test.each([
  { what: "a peer that is no proxy", peer: "203.0.113.7", header: "198.51.100.1", client: "203.0.113.7" },
  { what: "a proxy", peer: "10.9.8.7", header: "203.0.113.7", client: "203.0.113.7" },
  { what: "a proxy by its one address", peer: "192.0.2.1", header: "203.0.113.7", client: "203.0.113.7" },
  { what: "a neighbour of that address", peer: "192.0.2.2", header: "203.0.113.7", client: "192.0.2.2" },
  { what: "a proxy by IPv6", peer: "fd12::1", header: "203.0.113.7", client: "203.0.113.7" },
  {
    what: "a proxy on a socket for both versions",
    peer: "::ffff:10.0.0.1",
    header: "203.0.113.7",
    client: "203.0.113.7",
  },
  { what: "a peer of the same link", peer: "fe80::1%eth0", header: "198.51.100.1", client: "fe80::1" },
  { what: "a zone in the header", peer: "10.0.0.1", header: "fe80::1%25, fd00::1%x", client: "fe80::1" },
  { what: "a chain of proxies", peer: "10.0.0.1", header: "203.0.113.7, fd00::1, 10.1.1.1", client: "203.0.113.7" },
  { what: "a client that names a proxy", peer: "10.0.0.1", header: "10.6.6.6, 203.0.113.7", client: "203.0.113.7" },
  { what: "garbage left of a proxy", peer: "10.0.0.1", header: "1.1.1.1, x, 10.0.0.2", client: "10.0.0.2" },
  { what: "proxies only", peer: "10.0.0.1", header: "10.0.0.3, 10.0.0.2", client: "10.0.0.3" },
])("with trusted networks, $what: the client is $client", ({ peer, header, client }) => {
  expect(addressOf(networks, peer, header)).toBe(client);
});

test("a connection that is gone, or is a Unix socket, has no address; behind one a proxy may have said it", () => {
  expect(addressOf(0, undefined, "203.0.113.7")).toBeUndefined();
  expect(addressOf(networks, undefined, "203.0.113.7")).toBeUndefined();
  expect(addressOf(1, undefined, "203.0.113.7")).toBe("203.0.113.7");
});

test.each([
  { trust: true },
  { trust: "10.0.0.0/8" },
  { trust: -1 },
  { trust: 1.5 },
  { trust: Number.NaN },
  { trust: ["10.0.0.0/33"] },
  { trust: ["fd00::/129"] },
  { trust: ["10.0.0.0/"] },
  { trust: ["10.0.0.0/8/8"] },
  { trust: ["10.0.0.0/-1"] },
  { trust: ["loopback"] },
  { trust: ["proxy.example.org"] },
  { trust: [""] },
  { trust: [true] },
])("$trust is not something to trust", ({ trust }) => {
  expect(() => createClientAddress({ trustProxy: trust as TrustProxy })).toThrow(TypeError);
});

test("whatever stands left of the trusted proxy's entry changes nothing", () => {
  const clientOf: ClientAddress = createClientAddress({ trustProxy: 1 });
  fc.assert(
    fc.property(fc.string(), (invented) => {
      expect(clientOf(requestFrom("10.0.0.1", `${invented}, 203.0.113.7`))).toBe("203.0.113.7");
    }),
  );
});

test("a header of the largest size takes no time worth an attack", () => {
  const clientOf = createClientAddress({ trustProxy: ["10.0.0.0/8"] });
  const header = Array.from({ length: 1_600 }, () => "10.0.0.1").join(",");
  const startedAt = performance.now();
  expect(clientOf(requestFrom("10.0.0.1", header))).toBe("10.0.0.1");
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test("several headers are one list, in their order", async () => {
  const clientOf = createClientAddress({ trustProxy: 1 });
  const { port } = await startServer({
    routes: [{ method: "GET", path: "/", handle: (x) => sendJson(x, 200, JSON.stringify(clientOf(x.request))) }],
  });
  const client = await rawClient(port);
  client.write("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n");
  expect(await client.until('"203.0.113.7"')).not.toContain("198.51.100.1");
});
