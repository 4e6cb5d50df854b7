import { boolean, integer, listOf, oneOf, text, url, variableName } from "./format.ts";
import { required, type Settings, withDefault } from "./setting.ts";

// The maps below `events`, as in schema.ts.

export interface WebhooksValues {
  secret_env: string;
  timeout_secs: number;
  max_retries: number;
  disable_after: number;
  allow: readonly string[];
  allow_http: boolean;
}

export const WEBHOOKS: Settings<WebhooksValues> = {
  secret_env: withDefault(variableName(), "WEBHOOK_SECRET", {
    doc: "Name of the variable that holds the secret outbound webhooks are signed with.",
    sensitive: true,
  }),
  timeout_secs: withDefault(integer(1, 300), 30, { doc: "Longest wait for a receiver, in seconds." }),
  max_retries: withDefault(integer(0, 20), 3, { doc: "Further attempts after the first one failed." }),
  disable_after: withDefault(integer(1, 10_000), 50, {
    doc: "Failed attempts in a row after which a receiver gets no more webhooks.",
  }),
  allow: withDefault(
    listOf(text({ expects: "an address or a range such as `10.1.0.0/16`", pattern: /^[0-9a-fA-F.:]+(?:\/\d{1,3})?$/ })),
    [],
    {
      doc: "Addresses and ranges that are not public and may be called.",
    },
  ),
  allow_http: withDefault(boolean(), false, { doc: "Whether receivers may be called without TLS." }),
};

export interface InboundValues {
  path: string;
  secret_env: string;
  events: readonly string[];
  signature_header: string;
}

export const INBOUND: Settings<InboundValues> = {
  path: required(text({ expects: "a path that starts with `/`", pattern: /^\/[^\s?#]*$/ }), {
    doc: "Path of the route that receives the webhook.",
  }),
  secret_env: required(variableName(), {
    doc: "Name of the variable that holds the secret the sender signs with.",
    sensitive: true,
  }),
  events: withDefault(listOf(text()), [], { doc: "Events that are accepted; empty accepts all." }),
  signature_header: withDefault(
    text({ expects: "the name of an HTTP header", pattern: /^[A-Za-z0-9-]+$/ }),
    "X-Webhook-Signature",
    { doc: "Header that carries the signature." },
  ),
};

export interface SubscriberValues {
  event: string;
}

export const SUBSCRIBER: Settings<SubscriberValues> = {
  event: required(
    text({
      expects: "an event such as `users.created`, `users.*`, `*.created` or `*`",
      pattern: /^(?:\*|[\w-]+)(?:\.(?:\*|[\w-]+))*$/,
    }),
    { doc: "Event, or a pattern with `*` for whole words." },
  ),
};

/** Keys of each kind of target besides `type`. */
export interface TargetValues {
  job: { name: string };
  webhook: { url: string };
  hook: { name: string };
}

export type TargetType = keyof TargetValues;

const targetType = required(
  oneOf<TargetType>(["job", "webhook", "hook"], { channel: "The target `channel` is not supported yet." }),
  { doc: "Kind of target." },
);

/** The key every target has; it decides about the others. */
export const TARGET_TYPE: Settings<{ type: TargetType }> = { type: targetType };

export const TARGETS: { readonly [Type in TargetType]: Settings<TargetValues[Type] & { type: TargetType }> } = {
  job: { type: targetType, name: required(text(), { doc: "Job to enqueue." }) },
  webhook: { type: targetType, url: required(url(["http", "https"]), { doc: "Address to call.", sensitive: true }) },
  hook: { type: targetType, name: required(text(), { doc: "Hook to run." }) },
};
