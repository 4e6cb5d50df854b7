import { trustedProxies } from "./format-proxies.ts";
import { boolean, durationBetween, integer, listOf, origin, size } from "./format.ts";
import { required, type Settings, withDefault } from "./setting.ts";

// The maps about the HTTP server, as in schema.ts.

export interface ServerValues {
  drain_delay: string;
  grace: string;
  request_timeout: string;
  body_limit: string;
  trust_proxy: number | readonly string[];
}

export const SERVER: Settings<ServerValues> = {
  drain_delay: withDefault(durationBetween("0s", "5m"), "0s", {
    doc: "How long a server that is asked to stop goes on accepting requests, for the load balancer to notice; SHAPERAIL_DRAIN_DELAY beats it.",
    env: "SHAPERAIL_DRAIN_DELAY",
  }),
  grace: withDefault(durationBetween("1s", "1h"), "20s", {
    doc: "How long requests may then take to finish; the rest is cut.",
  }),
  request_timeout: withDefault(durationBetween("1s", "1h"), "30s", {
    doc: "Longest time for a whole request to arrive; then 408.",
  }),
  body_limit: withDefault(size("1kb", "100mb"), "1mb", { doc: "Largest request body; then 413." }),
  trust_proxy: withDefault(trustedProxies(), 0, {
    doc: "How many proxies are in front of the server, or their addresses and networks: what they say in X-Forwarded-For is believed.",
  }),
};

export interface CorsValues {
  origins: readonly string[];
  credentials: boolean;
  max_age_seconds: number;
}

export const CORS: Settings<CorsValues> = {
  origins: required(listOf(origin(), { minItems: 1 }), {
    doc: "Origins whose pages may read the answers, exactly as a browser sends them; `*` is every page there is.",
  }),
  credentials: withDefault(boolean(), false, { doc: "Whether browsers may send their cookies along; never with `*`." }),
  max_age_seconds: withDefault(integer(0, 86_400), 600, {
    doc: "How long a browser may remember the answer to a preflight, in seconds.",
  }),
};
