import { lookup as systemLookup, type LookupAddress, type LookupOptions } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { EventsError } from "../errors.ts";

/** Decides which addresses may be called. */
export interface AddressGuard {
  /** True for addresses of the public internet, and for what was allowed. */
  allows(address: string): boolean;
  /** Resolves a name like the system does, and answers with nothing but allowed addresses. */
  readonly lookup: LookupFunction;
}

/** Looks a host name up; `node:dns` has it. */
export type Lookup = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface AddressGuardOptions {
  /** Addresses and ranges in CIDR notation that may be called although they are not public: `10.1.0.0/16`. @default none */
  readonly allow?: readonly string[];
  /** @default the system's resolver */
  readonly lookup?: Lookup;
}

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

// Everything else in IPv6 is reserved, local, multicast, or carries an IPv4 address that would have to be checked too.
const GLOBAL_UNICAST_IPV6 = ipaddr.parseCIDR("2000::/3");
// Azure's host agent answers here; the address looks like any public one.
const METADATA = [ipaddr.parseCIDR("168.63.129.16/32")];

/** @throws `TypeError` when `allow` has something that is neither an address nor a range */
export function createAddressGuard({ allow = [], lookup = systemLookup }: AddressGuardOptions = {}): AddressGuard {
  const allowed = allow.map(parseRange);

  function allows(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.parse(address);
    return allowed.some((range) => isIn(parsed, range)) || isPublic(parsed);
  }

  return {
    allows,
    lookup(hostname, options, callback) {
      lookup(hostname, { ...options, all: true }, (error, found) => {
        const usable = error ? [] : found.filter(({ address }) => allows(address));
        const [first] = usable;
        if (error) callback(error, "", 0);
        else if (first === undefined) callback(refused(hostname), "", 0);
        else if (options.all) callback(null, usable);
        else callback(null, first.address, first.family);
      });
    },
  };
}

/** Says that a host leads where nobody may call; the address itself stays unsaid, since the message may reach the outside. */
export function refused(host: string): EventsError {
  return new EventsError(`${host} leads to an address that may not be called.`, {
    code: "EVENTS_ADDRESS_REFUSED",
    hint: "Webhooks go to the public internet; allow the receiver's address or range when it is meant to be inside.",
    details: { host },
  });
}

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== "unicast") return false;
  return address.kind() === "ipv4"
    ? !METADATA.some((range) => isIn(address, range))
    : isIn(address, GLOBAL_UNICAST_IPV6);
}

function isIn(address: ipaddr.IPv4 | ipaddr.IPv6, [network, bits]: Range): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

function parseRange(text: string): Range {
  // ipaddr.js also reads "10.1" as an address; whoever writes that means a range.
  const isWhole = isIP(text.split("/")[0] ?? "") !== 0;
  if (isWhole && ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!isWhole || !ipaddr.isValid(text))
    throw new TypeError(`${JSON.stringify(text)} is neither an address nor a range such as 10.1.0.0/16.`);
  const address = ipaddr.parse(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}
