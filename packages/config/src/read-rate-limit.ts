import { entryOf, type SourceMap } from "@shaperail/source";
import type { RateLimitConfig, RateLimitsConfig } from "./project-config.ts";
import { expectMap } from "./read-section.ts";
import { readSettings, startOf } from "./read-settings.ts";
import type { Reading } from "./read-value.ts";
import { AUTH_RATE_LIMIT, RATE_LIMIT, type RateLimitValues } from "./schema-rate-limit.ts";

/** The `rate_limit` section, which has a default for what it says about `auth`; undefined after reporting a problem in it. */
export function readRateLimits(root: SourceMap, reading: Reading): RateLimitsConfig | undefined {
  const entry = entryOf(root, "rate_limit");
  const node = entry && expectMap(entry.value, "rate_limit", reading);
  if (entry !== undefined && node === undefined) return undefined;
  const values = readSettings(RATE_LIMIT, { path: "rate_limit", node, nested: ["auth"] }, reading);
  const auth = readAuthLimit(node, reading);
  if (values === undefined || auth === undefined || isHalf(values, node, reading)) return undefined;
  return { default: toLimit(values), auth };
}

function readAuthLimit(parent: SourceMap | undefined, reading: Reading): RateLimitConfig | undefined {
  const entry = parent && entryOf(parent, "auth");
  const node = entry && expectMap(entry.value, "rate_limit.auth", reading);
  if (entry !== undefined && node === undefined) return undefined;
  const values = readSettings(AUTH_RATE_LIMIT, { path: "rate_limit.auth", node }, reading);
  return values && toLimit(values);
}

/** A number of requests says nothing without a time, and the other way round. */
function isHalf(values: RateLimitValues, node: SourceMap | undefined, reading: Reading): boolean {
  if ((values.max_requests === null) === (values.window_secs === null)) return false;
  const missing = values.max_requests === null ? "max_requests" : "window_secs";
  reading.report({
    code: "CONFIG_MISSING_KEY",
    message: `missing field \`${missing}\` in \`rate_limit\`.`,
    span: startOf(node),
    fix: `Add \`${missing}:\` with ${RATE_LIMIT[missing].shape.expects}.`,
  });
  return true;
}

function toLimit(values: { max_requests: number; window_secs: number }): RateLimitConfig;
function toLimit(values: RateLimitValues): RateLimitConfig | undefined;
function toLimit({
  max_requests: maxRequests,
  window_secs: windowSeconds,
}: RateLimitValues): RateLimitConfig | undefined {
  return maxRequests === null || windowSeconds === null ? undefined : { maxRequests, windowSeconds };
}
