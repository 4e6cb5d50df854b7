import { expect, test } from "vitest";
import { parseConfig, type ParsedConfig } from "./parse-config.ts";

function parse(text: string, env: Record<string, string> = {}): ParsedConfig {
  return parseConfig(`project: x\n${text}\n`, { file: "f", env: { DATABASE_URL: "postgres://h/d", ...env } });
}

test.each([
  {
    what: "its own URL",
    text: "jobs: { url: redis://jobs }\ncache: { type: redis, url: redis://cache }",
    url: "redis://jobs",
  },
  { what: "the cache's", text: "jobs: {}\ncache: { type: redis, url: redis://cache }", url: "redis://cache" },
  { what: "REDIS_URL", text: "jobs: {}", url: "redis://environment" },
])("jobs use $what", ({ text, url }) => {
  expect(parse(text, { REDIS_URL: "redis://environment" }).config?.jobs).toEqual({ url, concurrency: 10 });
});

test("a file that says nothing about jobs configures none", () => {
  const { config } = parse("cache: { type: redis, url: redis://cache }");
  expect(config?.jobs).toBeUndefined();
  expect(config?.schedules).toEqual([]);
});

test("a schedule has the name of its job, UTC, the normal priority and an empty payload unless it says otherwise", () => {
  const text = `schedules:
  - { job: send_digest, cron: 0 7 * * * }
  - { job: send_digest, name: night, cron: 30 0 2 * * mon-fri, timezone: Europe/Berlin, priority: low, payload: { to: [a], n: 9007199254740993 } }`;
  expect(parse(text).config?.schedules).toEqual([
    { name: "send_digest", job: "send_digest", cron: "0 7 * * *", timeZone: "UTC", priority: "normal", payload: {} },
    {
      name: "night",
      job: "send_digest",
      cron: "30 0 2 * * mon-fri",
      timeZone: "Europe/Berlin",
      priority: "low",
      payload: { to: ["a"], n: "9007199254740993" },
    },
  ]);
});

test.each([
  { what: "four fields", item: "{ job: a, cron: 0 7 * * }", code: "CONFIG_INVALID_VALUE" },
  {
    what: "a time zone that is none",
    item: "{ job: a, cron: 0 7 * * *, timezone: Mars }",
    code: "CONFIG_INVALID_VALUE",
  },
  { what: "no job", item: "{ cron: 0 7 * * * }", code: "CONFIG_MISSING_KEY" },
  { what: "a key that is not known", item: "{ job: a, cron: 0 7 * * *, every: 5 }", code: "CONFIG_UNKNOWN_KEY" },
  {
    what: "the name of another",
    item: "{ job: a, cron: 0 7 * * * }\n  - { job: a, cron: 0 8 * * * }",
    code: "CONFIG_INVALID_VALUE",
  },
])("a schedule with $what is refused", ({ item, code }) => {
  expect(parse(`schedules:\n  - ${item}`).diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
});

test("the target `channel` is refused as one that is not supported yet", () => {
  const text = "events: { subscribers: [{ event: a.b, targets: [{ type: channel, name: all }] }] }";
  const [diagnostic] = parse(text).diagnostics;
  expect(diagnostic).toMatchObject({ code: "CONFIG_UNSUPPORTED" });
  expect(diagnostic?.message).toContain("not supported yet");
});

test("a subscriber with a webhook needs the secret to sign with", () => {
  const text = "events: { subscribers: [{ event: a.b, targets: [{ type: webhook, url: https://example.org/ }] }] }";
  expect(parse(text).missingVariables).toEqual(["WEBHOOK_SECRET"]);
  const { config } = parse(text, { WEBHOOK_SECRET: "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg" });
  expect(config?.events?.webhooks).toMatchObject({ secretEnv: "WEBHOOK_SECRET", timeoutSeconds: 30, maxRetries: 3 });
});
