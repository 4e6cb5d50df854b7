import { isIP } from "node:net";

/**
 * The part of a client's address that one caller cannot change at will: an IPv4 address, or the first 64 bits of an
 * IPv6 one, of which every connected household has 2^64 addresses.
 *
 * An IPv4 address written as IPv6 is the IPv4 one, and what is no address is `unknown`: it comes from us, never from a
 * header.
 */
export function addressGroup(address: string | undefined): string {
  const [bare = ""] = (address ?? "").split("%");
  const version = isIP(bare);
  if (version === 4) return bare;
  if (version !== 6) return "unknown";
  const words = toWords(bare);
  const [high = 0, low = 0] = words.slice(6);
  if (words.slice(0, 6).join() === "0,0,0,0,0,65535") return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  return `${words
    .slice(0, 4)
    .map((word) => word.toString(16))
    .join(":")}::/64`;
}

/** The eight 16-bit words of an IPv6 address. */
function toWords(address: string): number[] {
  // `URL` knows every spelling, also that with an IPv4 address at the end, and writes the one without it.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = "", tail = ""] = canonical.split("::");
  const [first, last] = [head, tail].map((part) => (part === "" ? [] : part.split(":")));
  const zeros = Array.from({ length: 8 - (first?.length ?? 0) - (last?.length ?? 0) }, () => "0");
  return [...(first ?? []), ...zeros, ...(last ?? [])].map((word) => Number.parseInt(word, 16));
}
