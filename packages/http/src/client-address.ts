import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

/** Which proxies may say on whose behalf they ask: how many there are, or their addresses and networks. */
export type TrustProxy = number | readonly string[];

/** What {@link createClientAddress} needs. */
export interface ClientAddressOptions {
  /**
   * The proxies in front of the server, whose `X-Forwarded-For` is believed. A number is how many there are in a row: a
   * client must not be able to reach the server past them. A list has their addresses and networks, such as
   * `10.0.0.0/8`.
   * @default 0: nobody is believed
   */
  readonly trustProxy?: TrustProxy;
}

/** The address of the client that made a request; undefined when its connection is gone or has no address. */
export type ClientAddress = (request: IncomingMessage) => string | undefined;

/**
 * Makes the function that says whose request it is: the nearest address that is not a trusted proxy's.
 *
 * Every proxy adds to the right of `X-Forwarded-For` whom it was asked by, so the header is read from there. What
 * stands left of the first address that is not trusted is the client's own invention. An entry that is no address ends
 * the reading at the proxy that passed it on.
 * @throws TypeError when `trustProxy` is something else, such as `true`, which would believe everybody.
 */
export function createClientAddress({ trustProxy = 0 }: ClientAddressOptions = {}): ClientAddress {
  const isTrusted = toTrust(trustProxy);
  return (request) => {
    const peer = toAddress(request.socket.remoteAddress ?? "");
    return isTrusted(peer, 0) ? forwardedFor(request, peer, isTrusted) : peer;
  };
}

/** Whether the address that is so many steps away from us is a proxy's. */
type IsTrusted = (address: string | undefined, steps: number) => boolean;

function forwardedFor(request: IncomingMessage, peer: string | undefined, isTrusted: IsTrusted): string | undefined {
  const header = request.headers["x-forwarded-for"];
  if (typeof header !== "string") return peer;
  let nearest = peer;
  let end = header.length;
  for (let steps = 1; end >= 0; steps += 1) {
    const comma = end === 0 ? -1 : header.lastIndexOf(",", end - 1);
    const address = toAddress(header.slice(comma + 1, end).trim());
    if (address === undefined) return nearest;
    nearest = address;
    if (!isTrusted(address, steps)) return nearest;
    end = comma;
  }
  return nearest;
}

// Some proxies append the port of the client.
const WITH_PORT = /^(?:(\d+\.\d+\.\d+\.\d+)|\[([^\]]+)\]):\d{1,5}$/;
const IPV4_AS_IPV6 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** The address in one entry; undefined when it is none. */
function toAddress(entry: string): string | undefined {
  const [, version4, version6] = WITH_PORT.exec(entry) ?? [];
  // The zone says which interface of this machine an IPv6 address is reached by.
  const [bare = ""] = (version4 ?? version6 ?? entry).split("%");
  if (isIP(bare) === 0) return undefined;
  return IPV4_AS_IPV6.exec(bare)?.[1] ?? bare;
}

function toTrust(trustProxy: TrustProxy): IsTrusted {
  if (typeof trustProxy === "number" && Number.isInteger(trustProxy) && trustProxy >= 0) {
    return (_address, steps) => steps < trustProxy;
  }
  if (!Array.isArray(trustProxy)) throw wrongTrust(trustProxy);
  const networks = new BlockList();
  for (const network of trustProxy as readonly string[]) addNetwork(networks, network);
  return (address) => address !== undefined && networks.check(address, familyOf(address));
}

function addNetwork(networks: BlockList, network: string): void {
  const [address = "", bits, ...rest] = String(network).split("/");
  const family = familyOf(address);
  const length = bits === undefined ? (family === "ipv4" ? 32 : 128) : Number(bits);
  const isWhole = bits === undefined || /^\d+$/.test(bits);
  if (isIP(address) === 0 || rest.length > 0 || !isWhole || length > (family === "ipv4" ? 32 : 128)) {
    throw wrongTrust(network);
  }
  networks.addSubnet(address, length, family);
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}

function wrongTrust(value: unknown): TypeError {
  return new TypeError(
    `trustProxy must be how many proxies there are, or a list of their addresses and networks, not ${JSON.stringify(value)}.`,
  );
}
