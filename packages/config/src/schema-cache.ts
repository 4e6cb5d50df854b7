import { durationBetween, integer, oneOf, redisUrl, size } from "./format.ts";
import { required, type Settings, withDefault } from "./setting.ts";

// The maps about Redis, as in schema.ts.

export interface CacheValues {
  type: "redis";
  url: string;
}

export const CACHE: Settings<CacheValues> = {
  type: required(oneOf(["redis"]), { doc: "Kind of cache." }),
  url: required(redisUrl(), { doc: "Connection URL.", sensitive: true }),
};

export interface NearValues {
  max_bytes: string;
  max_entries: number;
  max_silence: string;
}

export const NEAR: Settings<NearValues> = {
  max_bytes: withDefault(size("64kb", "4096mb"), "16mb", { doc: "Most memory for answers in each process." }),
  max_entries: withDefault(integer(1, 1_000_000), 5_000, { doc: "Most answers in each process." }),
  max_silence: withDefault(durationBetween("50ms", "1m"), "500ms", {
    doc: "How long Redis may be silent before answers kept here are not used: how old they can be when the network fails.",
  }),
};
