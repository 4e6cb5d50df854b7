import { entryOf, type SourceMap } from "@shaperail/source";
import { millisecondsOf } from "./duration.ts";
import type { CorsConfig, ServerConfig } from "./project-config.ts";
import { readSection } from "./read-section.ts";
import { readSettings } from "./read-settings.ts";
import type { Reading } from "./read-value.ts";
import { CORS, SERVER } from "./schema-http.ts";
import { parseSize } from "./size.ts";

/** The `server` section, which has a default for every key; undefined after reporting a problem in it. */
export function readServer(root: SourceMap, reading: Reading): ServerConfig | undefined {
  const values =
    entryOf(root, "server") === undefined
      ? readSettings(SERVER, { path: "server", node: undefined }, reading)
      : readSection({ key: "server", settings: SERVER, parent: root }, reading);
  const maxBodyBytes = values && parseSize(values.body_limit);
  if (values === undefined || maxBodyBytes === undefined) return undefined;
  return {
    drainDelayMs: milliseconds(values.drain_delay),
    graceMs: milliseconds(values.grace),
    requestTimeoutMs: milliseconds(values.request_timeout),
    maxBodyBytes,
    trustProxy: values.trust_proxy,
  };
}

/** The `cors` section; undefined when it is absent, or after reporting a problem in it. */
export function readCors(root: SourceMap, reading: Reading): CorsConfig | undefined {
  const values = readSection({ key: "cors", settings: CORS, parent: root }, reading);
  if (values === undefined) return undefined;
  const { origins, credentials, max_age_seconds: maxAgeSeconds } = values;
  if (credentials && origins.includes("*")) {
    const node = entryOf(root, "cors")?.value;
    reading.report({
      code: "CONFIG_INVALID_VALUE",
      message: "`cors.credentials` cannot be true for the origin `*`: every page there is could act as the user.",
      span: node?.kind === "map" ? entryOf(node, "credentials")?.value.span : undefined,
      fix: "List the origins by name, or remove `credentials`.",
    });
    return undefined;
  }
  return { origins, credentials, maxAgeSeconds };
}

function milliseconds(duration: string): number {
  return millisecondsOf(duration) ?? 0;
}
