import { createHash } from "node:crypto";
import { EventsError } from "./errors.ts";
import type { OutboxJob } from "./outbox/outbox-queue.ts";
import { type RelayedEvent, toEventJson } from "./outbox/outbox-row.ts";
import { compilePattern, type EventPattern } from "./pattern.ts";

/** What happens when an event matches. */
export type EventTarget =
  /** Runs a job with the event as its payload. */
  | { readonly type: "job"; readonly name: string }
  /** Sends the event to a URL. */
  | { readonly type: "webhook"; readonly url: string }
  /** Calls a function of the project, from a job. */
  | { readonly type: "hook"; readonly name: string };

export interface EventSubscriber {
  readonly event: EventPattern;
  readonly targets: readonly EventTarget[];
}

/** An event as handlers get it. */
export interface EventPayload {
  readonly event: string;
  readonly resource: string;
  readonly action: string;
  readonly data: unknown;
  /** RFC 3339. */
  readonly timestamp: string;
  readonly event_id: string;
}

/** Payload of {@link WEBHOOK_JOB}. */
export interface WebhookJobPayload {
  readonly url: string;
  readonly event_id: string;
  /** The bytes to sign and send, as text. */
  readonly body: string;
}

/** Payload of {@link HOOK_JOB}. */
export interface HookJobPayload {
  readonly hook: string;
  readonly event: EventPayload;
}

export const WEBHOOK_JOB = "shaperail:webhook_deliver";
export const HOOK_JOB = "shaperail:hook_execute";

export interface EventRouter {
  /** The jobs an event becomes. Their ids are made of the event's, so that routing it again adds nothing. */
  route(event: RelayedEvent): readonly OutboxJob[];
  /** True when somebody listens to events of this name. */
  hears(eventName: string): boolean;
}

/**
 * Finds out who listens to what.
 *
 * @throws `EventsError` `EVENTS_SUBSCRIBER_INVALID` for a pattern or a target that cannot be
 */
export function createEventRouter(subscribers: readonly EventSubscriber[]): EventRouter {
  const compiled = subscribers.map(({ event, targets }) => ({
    matches: compilePattern(event),
    targets: targets.map(checkTarget),
  }));
  const targetsOf = (name: string): EventTarget[] =>
    compiled.flatMap(({ matches, targets }) => (matches(name) ? targets : []));

  return {
    route(event) {
      // A target that two patterns lead to hears of the event once.
      const jobs = new Map(targetsOf(event.event).map((target) => [idOf(event, target), target]));
      return [...jobs].map(([id, target]) => toJob({ id, target, event }));
    },
    hears: (eventName) => targetsOf(eventName).length > 0,
  };
}

function checkTarget(target: EventTarget): EventTarget {
  // Configuration comes from files: what the types exclude is still possible.
  const type: string = target.type;
  if (type === "job" || type === "webhook" || type === "hook") return target;
  throw new EventsError(
    type === "channel" ? "The target channel is not supported yet." : `There is no target ${JSON.stringify(type)}.`,
    {
      code: "EVENTS_SUBSCRIBER_INVALID",
      hint: "Use a target of the type job, webhook or hook.",
      details: { type },
    },
  );
}

function idOf({ id }: RelayedEvent, target: EventTarget): string {
  const to = target.type === "webhook" ? target.url : target.name;
  return `${id}.${createHash("sha256").update(`${target.type} ${to}`).digest("hex").slice(0, 16)}`;
}

function toJob({ id, target, event }: { id: string; target: EventTarget; event: RelayedEvent }): OutboxJob {
  const { trace } = event;
  const body = toEventJson(event);
  switch (target.type) {
    case "job":
      return { id, name: target.name, payload: JSON.parse(body), trace };
    case "hook":
      return {
        id,
        name: HOOK_JOB,
        payload: { hook: target.name, event: JSON.parse(body) } satisfies HookJobPayload,
        trace,
      };
    case "webhook": {
      const payload: WebhookJobPayload = { url: target.url, event_id: event.id, body };
      return { id, name: WEBHOOK_JOB, payload, priority: "high", trace };
    }
  }
}
