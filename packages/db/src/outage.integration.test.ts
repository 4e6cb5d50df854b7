import { setTimeout as sleep } from "node:timers/promises";
import { startPostgres, type PostgresServer } from "@shaperail/test-services";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase } from "./index.ts";

const one = { name: "one", text: "select 1" };
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres({ settings: { max_connections: 8, superuser_reserved_connections: 0 } });
});
afterAll(() => server.close());

test("a server that falls silent fails each statement with DB_TIMEOUT in time, and is used again when it wakes", async () => {
  await using db = createDatabase({
    url: server.url,
    queryTimeoutMs: 500,
    connectTimeoutMs: 500,
    acquireTimeoutMs: 500,
  });
  await db.run(one, []);
  server.pause();
  try {
    const started = performance.now();
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => db.run(one, [])));
    expect(performance.now() - started).toBeLessThan(1_500);
    expect(results.map((result) => result.status === "rejected" && (result.reason as { code: string }).code)).toEqual(
      Array.from({ length: 5 }, () => "DB_TIMEOUT"),
    );
    await expect(db.run(one, [])).rejects.toMatchObject({ code: "DB_UNAVAILABLE" });
    await sleep(600);
    await expect(db.ping({ timeoutMs: 300 })).rejects.toMatchObject({ code: expect.stringMatching(/^DB_/) });
  } finally {
    server.resume();
  }
  await expect
    .poll(
      () =>
        db.run(one, []).then(
          () => "up",
          () => "down",
        ),
      { timeout: 3_000 },
    )
    .toBe("up");
});

test("close does not wait for a silent server", async () => {
  const db = createDatabase({ url: server.url, closeTimeoutMs: 100 });
  await db.connect();
  server.pause();
  try {
    const started = performance.now();
    await db.close();
    expect(performance.now() - started).toBeLessThan(2_500);
  } finally {
    server.resume();
  }
});

test.each(["fast", "immediate", "kill"] as const)(
  "after a restart (%s) under load statements work again within two seconds and no session is left behind",
  async (mode) => {
    await using db = createDatabase({ url: server.url, poolSize: 4, applicationName: "load" });
    let running = true;
    const codes = new Set<string>();
    const load = Array.from({ length: 8 }, async () => {
      while (running) {
        await db.run(one, []).catch((error: { code: string }) => codes.add(error.code));
        await sleep(5);
      }
    });
    await sleep(100);
    await server.stop(mode);
    await sleep(300);
    await server.start();
    await expect
      .poll(
        () =>
          db.run(one, []).then(
            () => "up",
            () => "down",
          ),
        { timeout: 2_000, interval: 20 },
      )
      .toBe("up");
    running = false;
    await Promise.all(load);
    expect([...codes]).toEqual(["DB_UNAVAILABLE"]);
    const sessions = await db.run(
      { name: "sessions", text: "select count(*) from pg_stat_activity where application_name = 'load'" },
      [],
    );
    expect(Number(sessions.rows[0]?.[0])).toBe(db.stats().total);
  },
);

test("a server without a free connection: the first connect says so, a pool with connections goes on", async () => {
  await using greedy = createDatabase({ url: server.url, poolSize: 20, acquireTimeoutMs: 2_000 });
  const sleepers = Array.from({ length: 12 }, () =>
    greedy.transaction((tx) => tx.run({ name: "s", text: "select pg_sleep(0.3)" }, [])),
  );
  await sleep(200);
  await using late = createDatabase({ url: server.url });
  await expect(late.connect()).rejects.toMatchObject({
    code: "DB_TOO_MANY_CONNECTIONS",
    details: { sqlState: "53300" },
  });
  await expect(Promise.all(sleepers)).resolves.toHaveLength(12);
});
