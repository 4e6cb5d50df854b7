import { isIP } from "node:net";
import type { Format } from "./format.ts";

/** How many proxies are in front of the server, or which; `true`, which would believe everybody, is not among them. */
export function trustedProxies(): Format<number | readonly string[]> {
  const item = network();
  return {
    expects: "how many proxies are in front of the server, from 0 to 32, or a list of their addresses and networks",
    types: ["number", "object"],
    accepts: (value): value is number | readonly string[] =>
      Array.isArray(value)
        ? value.length > 0 && value.every((entry) => item.accepts(entry))
        : typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 32,
    schema: { type: ["integer", "array"], minimum: 0, maximum: 32, minItems: 1, items: item.schema },
    item,
  };
}

const NETWORK = /^([0-9A-Fa-f:.]+)(?:\/([0-9]{1,3}))?$/;

/** An IP address, or a network such as `10.0.0.0/8`. */
function network(): Format<string> {
  const isNetwork = (value: string): boolean => {
    const [, address = "", bits = "0"] = NETWORK.exec(value) ?? [];
    const version = isIP(address);
    return version !== 0 && Number(bits) <= (version === 4 ? 32 : 128);
  };
  return {
    expects: "an IP address, or a network such as `10.0.0.0/8`",
    types: ["string"],
    accepts: (value): value is string => typeof value === "string" && isNetwork(value),
    schema: { type: "string", pattern: NETWORK.source },
  };
}
