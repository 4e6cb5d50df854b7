import { afterAll, beforeAll, expect, test } from "vitest";
import { redisCall } from "./redis-call.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis({ settings: { appendonly: "yes", appendfsync: "always" } });
});
afterAll(() => server.close());

const ping = (): Promise<string> => redisCall(server.url, [["PING"]]);

test.each(["shutdown", "kill"] as const)(
  "stop %s refuses connections; start brings persisted keys back",
  async (mode) => {
    await redisCall(server.url, [["SET", mode, "kept"]]);
    await server.stop(mode);
    await expect(ping()).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await server.start();
    expect(await redisCall(server.url, [["EXISTS", mode]])).toBe("1");
  },
);

test("a paused server does not answer; a resumed one answers what was asked meanwhile", async () => {
  server.pause();
  const answer = ping();
  const early = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 100, "silent"))]);
  expect(early).toBe("silent");
  server.resume();
  expect(await answer).toBe("PONG");
});

test("an error of the server is an error of the call", async () => {
  await expect(redisCall(server.url, [["NO-SUCH-COMMAND"]])).rejects.toThrow("unknown command");
});
