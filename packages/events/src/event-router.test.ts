import { expect, test } from "vitest";
import { createEventRouter, type EventSubscriber, type EventTarget, HOOK_JOB, WEBHOOK_JOB } from "./event-router.ts";
import type { RelayedEvent } from "./outbox/outbox-row.ts";

const event: RelayedEvent = {
  id: "6f1c",
  event: "posts.created",
  resource: "posts",
  action: "created",
  dataJson: '{"id": 9007199254740993}',
  timestamp: "2026-01-02T03:04:05.000006Z",
  trace: { traceparent: "00" },
};
const body =
  '{"event":"posts.created","resource":"posts","action":"created","data":{"id": 9007199254740993},"timestamp":"2026-01-02T03:04:05.000006Z","event_id":"6f1c"}';
const route = (...subscribers: EventSubscriber[]): ReturnType<ReturnType<typeof createEventRouter>["route"]> =>
  createEventRouter(subscribers).route(event);

test("a job gets the event as its payload, a hook its name as well, and a webhook the bytes to send", () => {
  const url = "https://example.org/hook";
  const jobs = route({
    event: "posts.*",
    targets: [
      { type: "job", name: "index" },
      { type: "hook", name: "notify" },
      { type: "webhook", url },
    ],
  });
  expect(jobs).toEqual([
    { id: expect.stringMatching(/^6f1c\.[0-9a-f]{16}$/), name: "index", payload: JSON.parse(body), trace: event.trace },
    {
      id: expect.any(String),
      name: HOOK_JOB,
      payload: { hook: "notify", event: JSON.parse(body) },
      trace: event.trace,
    },
    {
      id: expect.any(String),
      name: WEBHOOK_JOB,
      payload: { url, event_id: "6f1c", body },
      priority: "high",
      trace: event.trace,
    },
  ]);
  expect(new Set(jobs.map(({ id }) => id)).size).toBe(3);
});

test("routing the same event again gives the same ids", () => {
  const subscriber: EventSubscriber = {
    event: "*",
    targets: [
      { type: "job", name: "index" },
      { type: "hook", name: "index" },
    ],
  };
  expect(route(subscriber)).toEqual(route(subscriber));
});

test("a target that several patterns lead to hears of an event once", () => {
  const targets: EventTarget[] = [{ type: "job", name: "index" }];
  expect(route({ event: "posts.*", targets }, { event: "*.created", targets }, { event: "*", targets })).toHaveLength(
    1,
  );
});

test("only those who listen to an event hear of it", () => {
  const router = createEventRouter([{ event: "posts.deleted", targets: [{ type: "job", name: "index" }] }]);
  expect(router.route(event)).toEqual([]);
  expect([router.hears("posts.created"), router.hears("posts.deleted")]).toEqual([false, true]);
});

test.each([
  { target: { type: "channel", name: "posts" }, message: "The target channel is not supported yet." },
  { target: { type: "carrier-pigeon" }, message: 'There is no target "carrier-pigeon".' },
])("the target $target.type is refused", ({ target, message }) => {
  expect(() => createEventRouter([{ event: "*", targets: [target as never] }])).toThrow(
    expect.objectContaining({ code: "EVENTS_SUBSCRIBER_INVALID", message }),
  );
});
