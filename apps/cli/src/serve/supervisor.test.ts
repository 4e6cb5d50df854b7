import { expect, test } from "vitest";
import type { ServerProcess } from "./server-process.ts";
import { createSupervisor, type Supervisor } from "./supervisor.ts";

interface Fake extends ServerProcess {
  end(exitCode: number): void;
}

/** Servers that do nothing but say what is asked of them. */
function setUp(refuses: readonly string[] = []): {
  supervisor: Supervisor;
  events: string[];
  servers: Fake[];
} {
  const events: string[] = [];
  const servers: Fake[] = [];
  const spawn = (): ServerProcess => {
    const ended = Promise.withResolvers<number>();
    let name = "standby";
    const server: Fake = {
      ended: ended.promise,
      end: ended.resolve,
      async load({ NAME = "" }) {
        name = NAME;
        if (refuses.includes(name)) throw new Error(`${name} does not load`);
      },
      async start() {
        events.push(`${name} starts`);
        return { port: 3000, url: "http://localhost:3000" };
      },
      async stop() {
        events.push(`${name} stops`);
        ended.resolve(0);
        return 0;
      },
      kill: () => void events.push(`${name} is killed`),
    };
    servers.push(server);
    return server;
  };
  const supervisor = createSupervisor({ spawn, onCrash: (exitCode) => events.push(`crash ${exitCode}`) });
  return { supervisor, events, servers };
}

test("the next version starts after the current one has stopped, and the stop comes after the next one has loaded", async () => {
  const { supervisor, events } = setUp();
  await supervisor.replace({ NAME: "one" });
  await supervisor.replace({ NAME: "two" });
  expect(await supervisor.stop()).toBe(0);
  expect(events).toEqual(["one starts", "one stops", "two starts", "standby is killed", "two stops"]);
});

test("a version that does not load leaves the current one alone", async () => {
  const { supervisor, events } = setUp(["two"]);
  await supervisor.replace({ NAME: "one" });
  await expect(supervisor.replace({ NAME: "two" })).rejects.toThrow("two does not load");
  expect(events).toEqual(["one starts", "two is killed"]);
  expect(supervisor.isServing()).toBe(true);
});

test("a crash is reported; a stop is none", async () => {
  const { supervisor, events, servers } = setUp();
  await supervisor.replace({ NAME: "one" });
  servers[0]?.end(7);
  await expect.poll(() => events).toContain("crash 7");
  await supervisor.replace({ NAME: "two" });
  await supervisor.stop();
  expect(events).toEqual(["one starts", "crash 7", "two starts", "standby is killed", "two stops"]);
  expect(await supervisor.stop()).toBe(0);
});

test("the process for the next version is started before it is needed", async () => {
  const { supervisor, servers } = setUp();
  expect(servers).toHaveLength(1);
  await supervisor.replace({ NAME: "one" });
  expect(servers).toHaveLength(2);
  servers[1]?.end(1);
  await Promise.resolve();
  await supervisor.replace({ NAME: "two" });
  expect(servers).toHaveLength(4);
});

test("kill reaches also the one that is finishing its work", async () => {
  const { supervisor, events } = setUp();
  await supervisor.replace({ NAME: "one" });
  await supervisor.replace({ NAME: "two" });
  supervisor.kill();
  expect(events.slice(-3)).toEqual(["standby is killed", "two is killed", "one is killed"]);
});
