import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describeConfig } from "./describe-config.ts";
import { parseConfig, type ParsedConfig } from "./parse-config.ts";

function everyKey(): ParsedConfig {
  const text = readFileSync(new URL("../fixtures/valid-every-key.yaml", import.meta.url), "utf8");
  const secret = "hunter2-0123456789-abcdefghijklmnop";
  const env = {
    OTHER_SECRET: secret,
    HOOK_SECRET: secret,
    PAYMENTS_SECRET: secret,
    WEBHOOK_SECRET: secret,
    REDIS_URL: "redis://u:hunter2@h",
  };
  return parseConfig(text, { file: "f", env });
}

test("the description has every setting and no secret", () => {
  const { config } = everyKey();
  const description = describeConfig(config!);
  expect(JSON.stringify(description)).not.toContain("hunter2");
  expect(description).toMatchObject({
    project: "Every key 1.0",
    databases: { default: { url: "postgresql://user:***@host:5432/name?sslmode=verify-full", poolSize: 5 } },
    cache: { url: "rediss://:***@cache:6380/1" },
    auth: { secretEnv: "OTHER_SECRET", secret: "***", expirySeconds: 3_600 },
    events: { webhooks: { secret: "***" }, inbound: [{ secret: "***" }, { secret: "***" }] },
    environment: { redisUrl: "redis://u:***@h", webhookSecret: "***" },
  });
});

test("the description is plain data without absent settings", () => {
  const { config } = parseConfig("project: x", { file: "f", env: { DATABASE_URL: "postgres://h/d" } });
  const description = describeConfig(config!);
  expect(JSON.parse(JSON.stringify(description))).toStrictEqual(description);
  expect(Object.keys(description)).toEqual([
    "project",
    "port",
    "workers",
    "server",
    "databases",
    "migrations",
    "schedules",
    "rateLimit",
    "logging",
    "protocols",
    "environment",
  ]);
});
