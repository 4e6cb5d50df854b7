import { integer } from "./format.ts";
import { optional, type Settings, withDefault } from "./setting.ts";

// The maps about rate limits, as in schema.ts. A request that counts takes about 10 bytes of Redis until it is a window ago.

const requests = integer(1, 100_000);
const seconds = integer(1, 86_400);

export interface RateLimitValues {
  max_requests: number | null;
  window_secs: number | null;
}

export const RATE_LIMIT: Settings<RateLimitValues> = {
  max_requests: optional(requests, {
    doc: "Requests one caller may make in a window, to each endpoint that has no limit of its own. Without it there is no such limit.",
  }),
  window_secs: optional(seconds, { doc: "Length of that window, in seconds." }),
};

export interface AuthRateLimitValues {
  max_requests: number;
  window_secs: number;
}

export const AUTH_RATE_LIMIT: Settings<AuthRateLimitValues> = {
  max_requests: withDefault(requests, 10, {
    doc: "Attempts to get a token in a window, for each client address, and for each account.",
  }),
  window_secs: withDefault(seconds, 60, { doc: "Length of that window, in seconds." }),
};
