import { expect, test } from "vitest";
import type { ServerProcess } from "./server-process.ts";
import { createSupervisor, type Supervisor } from "./supervisor.ts";

interface Fake extends ServerProcess {
  readonly name: string;
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
  const spawn = ({ NAME = "" }: Readonly<Record<string, string | undefined>>): ServerProcess => {
    const ended = Promise.withResolvers<number>();
    const server: Fake = {
      name: NAME,
      prepared: refuses.includes(NAME) ? Promise.reject(new Error(`${NAME} does not load`)) : Promise.resolve(),
      ended: ended.promise,
      end: ended.resolve,
      async start() {
        events.push(`${NAME} starts`);
        return { port: 3000, url: "http://localhost:3000" };
      },
      async stop() {
        events.push(`${NAME} stops`);
        ended.resolve(0);
        return 0;
      },
      kill: () => void events.push(`${NAME} is killed`),
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
  expect(events).toEqual(["one starts", "one stops", "two starts", "two stops"]);
});

test("a version that does not load leaves the current one alone", async () => {
  const { supervisor, events } = setUp(["two"]);
  await supervisor.replace({ NAME: "one" });
  await expect(supervisor.replace({ NAME: "two" })).rejects.toThrow("two does not load");
  expect(events).toEqual(["one starts"]);
  expect(supervisor.isServing()).toBe(true);
});

test("a crash is reported; a stop is none", async () => {
  const { supervisor, events, servers } = setUp();
  await supervisor.replace({ NAME: "one" });
  servers[0]?.end(7);
  await expect.poll(() => events).toContain("crash 7");
  await supervisor.replace({ NAME: "two" });
  await supervisor.stop();
  expect(events).toEqual(["one starts", "crash 7", "two starts", "two stops"]);
  expect(await supervisor.stop()).toBe(0);
});

test("kill reaches also the one that is finishing its work", async () => {
  const { supervisor, events } = setUp();
  await supervisor.replace({ NAME: "one" });
  await supervisor.replace({ NAME: "two" });
  supervisor.kill();
  expect(events.slice(-2)).toEqual(["two is killed", "one is killed"]);
});
