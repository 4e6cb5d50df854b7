import { type Logger, type LogFields, noopLogger, ShaperailError } from "@shaperail/core";
import { expect, test } from "vitest";
import type { Check } from "./check.ts";
import { createHealth } from "./health.ts";

const works: Check = async () => undefined;
const fails =
  (error: unknown): Check =>
  () =>
    Promise.reject(error);
const hangs: Check = () => new Promise(() => undefined);

test("live is 200 and asks nobody", () => {
  const health = createHealth({
    checks: {
      database: () => {
        throw new Error("asked");
      },
    },
  });
  expect(health.live()).toEqual({ status: 200, body: { status: "ok" } });
});

test("ready is 200 with one entry per check when all pass", async () => {
  const health = createHealth({ checks: { database: works, redis: works } });
  const answer = await health.ready();
  expect(answer.status).toBe(200);
  expect(JSON.stringify(answer.body)).toBe(
    '{"status":"ok","checks":{"database":{"status":"ok"},"redis":{"status":"ok"}}}',
  );
});

test("without checks ready is 200", async () => {
  expect(await createHealth({ checks: {} }).ready()).toEqual({ status: 200, body: { status: "ok", checks: {} } });
});

test("ready is 503 degraded when one fails, and the others are still shown", async () => {
  const error = new ShaperailError("Redis PING failed: connection refused", { code: "CACHE_UNAVAILABLE" });
  const health = createHealth({ checks: { database: works, redis: fails(error) } });
  const answer = await health.ready();
  expect(answer.status).toBe(503);
  expect(JSON.stringify(answer.body)).toBe(
    '{"status":"degraded","checks":{"database":{"status":"ok"},"redis":{"status":"error","message":"Redis PING failed: connection refused"}}}',
  );
});

test.each([
  {
    what: "one of ours with a URL",
    error: new ShaperailError("postgres://ann:hunter2@db/app did not answer", { code: "DB_UNAVAILABLE" }),
    message: "*** did not answer",
  },
  {
    what: "a driver's, with a code",
    error: Object.assign(new Error('password authentication failed for user "ann"'), { code: "28P01" }),
    message: "The database check failed: 28P01.",
  },
  { what: "any other", error: new Error("connect 10.0.0.7:5432 hunter2"), message: "The database check failed." },
  { what: "no error at all", error: "hunter2", message: "The database check failed." },
])("the error of a check is shown without what it may give away: $what", async ({ error, message }) => {
  const health = createHealth({ checks: { database: fails(error) } });
  expect((await health.ready()).body.checks).toEqual({ database: { status: "error", message } });
});

test("a check that throws instead of rejecting is a failed check", async () => {
  const health = createHealth({
    checks: {
      database: () => {
        throw new Error("at once");
      },
    },
  });
  expect((await health.ready()).status).toBe(503);
});

test("a check that hangs is failed at its own deadline and its signal aborted, the others in parallel", async () => {
  let signal: AbortSignal | undefined;
  const never: Check = (given) => {
    signal = given;
    return hangs(given);
  };
  const health = createHealth({ checks: { database: never, redis: hangs, other: works }, timeoutMs: 30 });
  const started = performance.now();
  expect(await health.ready()).toEqual({
    status: 503,
    body: {
      status: "degraded",
      checks: {
        database: { status: "error", message: "The database check took longer than 30 ms." },
        redis: { status: "error", message: "The redis check took longer than 30 ms." },
        other: { status: "ok" },
      },
    },
  });
  expect(performance.now() - started).toBeLessThan(300);
  expect(signal?.aborted).toBe(true);
});

test("probes that overlap share one run; the next one runs again", async () => {
  let runs = 0;
  const counting: Check = async () => {
    runs += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const health = createHealth({ checks: { database: counting } });
  await Promise.all(Array.from({ length: 100 }, () => health.ready()));
  expect(runs).toBe(1);
  await health.ready();
  expect(runs).toBe(2);
});

test("an answer may be given again for as long as cacheMs says", async () => {
  let runs = 0;
  let time = 0;
  const counting: Check = async () => {
    runs += 1;
  };
  const health = createHealth({ checks: { database: counting }, cacheMs: 500, now: () => time });
  await health.ready();
  time = 499;
  await health.ready();
  expect(runs).toBe(1);
  time = 500;
  await health.ready();
  expect(runs).toBe(2);
});

test("an informational check is reported and changes nothing", async () => {
  const behind = new ShaperailError("2 migrations are pending.", { code: "DB_MIGRATIONS_PENDING" });
  const health = createHealth({ checks: { database: works }, informational: { migrations: fails(behind) } });
  expect(await health.ready()).toEqual({
    status: 200,
    body: {
      status: "ok",
      checks: { database: { status: "ok" }, migrations: { status: "error", message: "2 migrations are pending." } },
    },
  });
});

test("after shutDown ready is 503 shutting_down without asking again, and live stays 200", async () => {
  let runs = 0;
  const counting: Check = async () => {
    runs += 1;
  };
  const health = createHealth({ checks: { database: counting } });
  await health.ready();
  health.shutDown();
  expect(await health.ready()).toEqual({
    status: 503,
    body: { status: "shutting_down", checks: { database: { status: "ok" } } },
  });
  expect(runs).toBe(1);
  expect(health.live()).toEqual({ status: 200, body: { status: "ok" } });
});

test("after shutDown ready answers at once, even when it was never asked before", async () => {
  const health = createHealth({ checks: { database: hangs } });
  health.shutDown();
  expect(await health.ready()).toEqual({ status: 503, body: { status: "shutting_down", checks: {} } });
});

test("a failed check is logged with its error", async () => {
  const lines: { message: string; fields: LogFields | undefined }[] = [];
  const logger: Logger = { ...noopLogger, warn: (message, fields) => void lines.push({ message, fields }) };
  const error = new Error("the whole story");
  await createHealth({ checks: { database: fails(error) }, logger }).ready();
  expect(lines).toEqual([{ message: "a health check failed", fields: { check: "database", error } }]);
});

test("what a check that passes has to say is in the answer", async () => {
  const health = createHealth({ checks: {}, informational: { migrations: async () => "version 12" } });
  expect((await health.ready()).body.checks).toEqual({ migrations: { status: "ok", message: "version 12" } });
});
