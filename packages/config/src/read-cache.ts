import { entryOf, type SourceMap } from "@shaperail/source";
import { millisecondsOf } from "./duration.ts";
import { boolean } from "./format.ts";
import type { CacheConfig, NearCacheConfig } from "./project-config.ts";
import { expectMap } from "./read-section.ts";
import { readSettings } from "./read-settings.ts";
import type { Reading } from "./read-value.ts";
import { CACHE, NEAR, type NearValues } from "./schema-cache.ts";
import { withDefault } from "./setting.ts";
import { parseSize } from "./size.ts";

const SWITCHED = {
  ...CACHE,
  near: withDefault(boolean(), false, { doc: "Whether each process keeps answers of its own, with the usual bounds." }),
};

/** The `cache` section; undefined when it is absent, or after reporting a problem in it. */
export function readCache(root: SourceMap, reading: Reading): CacheConfig | undefined {
  const entry = entryOf(root, "cache");
  const node = entry && expectMap(entry.value, "cache", reading);
  if (node === undefined) return undefined;
  const near = entryOf(node, "near")?.value;
  if (near?.kind !== "map") {
    const values = readSettings(SWITCHED, { path: "cache", node }, reading);
    if (values === undefined) return undefined;
    const bounds = values.near ? readNear(undefined, reading) : undefined;
    return { type: values.type, url: values.url, near: bounds };
  }
  const values = readSettings(CACHE, { path: "cache", node, nested: ["near"] }, reading);
  const bounds = readNear(near, reading);
  return values && bounds && { ...values, near: bounds };
}

function readNear(node: SourceMap | undefined, reading: Reading): NearCacheConfig | undefined {
  const values = readSettings(NEAR, { path: "cache.near", node }, reading);
  return values && toNear(values);
}

function toNear({
  max_bytes: maxBytes,
  max_entries: maxEntries,
  max_silence: maxSilence,
}: NearValues): NearCacheConfig {
  return { maxBytes: parseSize(maxBytes) ?? 0, maxEntries, maxSilenceMs: millisecondsOf(maxSilence) ?? 0 };
}
