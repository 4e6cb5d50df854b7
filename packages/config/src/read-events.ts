import { entryOf, type SourceMap } from "@shaperail/source";
import type { EventsConfig, InboundConfig, SubscriberConfig, TargetConfig, WebhooksConfig } from "./project-config.ts";
import { readList } from "./read-list.ts";
import { expectMap, type ProjectReading, readSecret } from "./read-section.ts";
import { readSettings, startOf } from "./read-settings.ts";
import { INBOUND, SUBSCRIBER, TARGET_TYPE, TARGETS, type TargetType, WEBHOOKS } from "./schema-events.ts";

/** The `events` section; undefined when it is absent, or after reporting a problem in it. */
export function readEvents(root: SourceMap, reading: ProjectReading): EventsConfig | undefined {
  const entry = entryOf(root, "events");
  const node = entry && expectMap(entry.value, "events", reading);
  if (node === undefined) return undefined;
  // The map has no key that is a plain value; this reports the unknown ones.
  readSettings({}, { path: "events", node, nested: ["subscribers", "webhooks", "inbound"] }, reading);
  const subscribers = readList(
    { parent: node, key: "subscribers", path: "events.subscribers" },
    readSubscriber,
    reading,
  );
  const sendsWebhooks = subscribers.some(({ targets }) => targets.some(({ type }) => type === "webhook"));
  return {
    subscribers,
    webhooks: readWebhooks(node, sendsWebhooks, reading),
    inbound: readList({ parent: node, key: "inbound", path: "events.inbound" }, readInbound, reading),
  };
}

/** A subscriber with a webhook needs the section, whether or not it is there: nothing is sent unsigned. */
function readWebhooks(parent: SourceMap, isNeeded: boolean, reading: ProjectReading): WebhooksConfig | undefined {
  const entry = entryOf(parent, "webhooks");
  if (entry === undefined && !isNeeded) return undefined;
  const node = entry && expectMap(entry.value, "events.webhooks", reading);
  if (entry !== undefined && node === undefined) return undefined;
  const values = readSettings(WEBHOOKS, { path: "events.webhooks", node }, reading);
  if (values === undefined) return undefined;
  const name = values.secret_env;
  const span = node && entryOf(node, "secret_env")?.value.span;
  const secret = readSecret({ name, span: span ?? entry?.keySpan ?? startOf(parent), ours: true }, reading);
  return (
    secret && {
      secretEnv: name,
      secret,
      timeoutSeconds: values.timeout_secs,
      maxRetries: values.max_retries,
      disableAfter: values.disable_after,
      allow: values.allow,
      allowHttp: values.allow_http,
    }
  );
}

function readInbound(node: SourceMap, path: string, reading: ProjectReading): InboundConfig | undefined {
  const values = readSettings(INBOUND, { path, node }, reading);
  if (values === undefined) return undefined;
  const name = values.secret_env;
  const secret = readSecret({ name, span: entryOf(node, "secret_env")?.value.span, ours: false }, reading);
  const { path: route, events, signature_header: signatureHeader } = values;
  return secret && { path: route, secretEnv: name, secret, events, signatureHeader };
}

function readSubscriber(node: SourceMap, path: string, reading: ProjectReading): SubscriberConfig | undefined {
  const values = readSettings(SUBSCRIBER, { path, node, nested: ["targets"] }, reading);
  const targets = readList({ parent: node, key: "targets", path: `${path}.targets` }, readTarget, reading);
  const written = entryOf(node, "targets")?.value;
  if (written === undefined || (written.kind === "list" && written.items.length === 0)) {
    reading.report({
      code: "CONFIG_MISSING_KEY",
      message: `missing field \`targets\` in \`${path}\`.`,
      span: written?.span ?? startOf(node),
      fix: "Add `targets:` with at least one target.",
    });
  }
  return values && { event: values.event, targets };
}

function readTarget(node: SourceMap, path: string, reading: ProjectReading): TargetConfig | undefined {
  const nested = [...new Set(Object.values(TARGETS).flatMap((settings) => Object.keys(settings)))];
  const kind = readSettings(TARGET_TYPE, { path, node, nested: nested.filter((key) => key !== "type") }, reading);
  return kind && readTargetOf(kind.type, { node, path }, reading);
}

interface TargetPlace {
  readonly node: SourceMap;
  readonly path: string;
}

function readTargetOf(type: TargetType, place: TargetPlace, reading: ProjectReading): TargetConfig | undefined {
  switch (type) {
    case "job":
    case "hook": {
      const values = readSettings(TARGETS[type], place, reading);
      return values && { type, name: values.name };
    }
    case "webhook": {
      const values = readSettings(TARGETS.webhook, place, reading);
      return values && { type, url: values.url };
    }
  }
}
