import type { ProjectConfig } from "@shaperail/config";
import type { Logger } from "@shaperail/core";
import { type ClientAddress, createClientAddress } from "@shaperail/http";

/**
 * Whose request it is. Behind a proxy that the configuration does not name, all clients have the address of the proxy, and together one
 * limit: the first request that shows it is the reason for a warning.
 */
export function clientAddress(
  { trustProxy }: Pick<ProjectConfig["server"], "trustProxy">,
  logger: Logger,
): ClientAddress {
  const addressOf = createClientAddress({ trustProxy });
  if (trustProxy !== 0) return addressOf;
  let isSaid = false;
  return (request) => {
    if (!isSaid && request.headers["x-forwarded-for"] !== undefined) {
      isSaid = true;
      logger.warn(
        "A request came with `X-Forwarded-For`, which is not believed: if a proxy is in front, set `server.trust_proxy`, or all its clients share one rate limit.",
      );
    }
    return addressOf(request);
  };
}
