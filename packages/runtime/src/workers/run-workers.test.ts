import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { runWorkers, type WorkersEvent, type WorkersOptions } from "./run-workers.ts";
import type { WorkerProcess } from "./worker-process.ts";

interface FakeWorker extends WorkerProcess {
  readonly number: number;
  listen(): void;
  end(exitCode: number): void;
}

/** Processes that do nothing but note down what is asked of them. */
function setUp(options: Partial<WorkersOptions> = {}) {
  const log: string[] = [];
  const workers: FakeWorker[] = [];
  const events: WorkersEvent[] = [];
  const signals = new EventEmitter();
  const fork = (number: number): WorkerProcess => {
    const { promise: ended, resolve: end } = Promise.withResolvers<number>();
    const messages = new EventEmitter();
    log.push(`start ${number}`);
    const worker: FakeWorker = {
      number,
      ended,
      end,
      listen: () => void messages.emit("message", { type: "listening" }),
      send: ({ type }) => void log.push(`${type} ${number}`),
      onMessage: (listener) => void messages.on("message", listener),
      kill: (signal) => void log.push(`${signal} ${number}`),
    };
    workers.push(worker);
    return worker;
  };
  const result = runWorkers({
    count: 3,
    fork,
    deadlineMs: 10_000,
    onEvent: (event) => events.push(event),
    signals,
    exit: (code) => log.push(`exit ${code}`),
    restarts: { firstPauseMs: 1 },
    ...options,
  });
  const newest = (number: number): FakeWorker => {
    const worker = workers.findLast((one) => one.number === number);
    if (worker === undefined) throw new Error(`There is no process ${number}.`);
    return worker;
  };
  const listenAll = (): void => [1, 2, 3].forEach((number) => newest(number).listen());
  return { log, events, signals, result, newest, listenAll };
}

test("the first process starts alone; the others when it serves", async () => {
  const { log, newest } = setUp();
  expect(log).toEqual(["start 1"]);
  newest(1).listen();
  expect(log).toEqual(["start 1", "start 2", "start 3"]);
});

test.each([
  { exitCode: 4, expected: 4 },
  { exitCode: 0, expected: 1 },
])(
  "a first process that ends with $exitCode before it serves ends all with $expected",
  async ({ exitCode, expected }) => {
    const { result, newest, log } = setUp();
    newest(1).end(exitCode);
    expect(await result).toBe(expected);
    expect(log).toEqual(["start 1"]);
  },
);

test("a signal is told to those that serve and ends those that start; the result is 0 when all have finished", async () => {
  const { log, signals, newest, result } = setUp();
  newest(1).listen();
  newest(2).listen();
  signals.emit("SIGTERM");
  expect(log.slice(3)).toEqual(["stop 1", "stop 2", "SIGTERM 3"]);
  newest(3).end(143);
  newest(1).end(0);
  newest(2).end(0);
  expect(await result).toBe(0);
  expect(signals.listenerCount("SIGTERM")).toBe(0);
});

test("one that does not stop well makes it 1", async () => {
  const { signals, newest, result, listenAll } = setUp();
  listenAll();
  signals.emit("SIGINT");
  newest(1).end(0);
  newest(2).end(1);
  newest(3).end(0);
  expect(await result).toBe(1);
});

test("those that do not end within the deadline are killed, which is said", async () => {
  const { log, signals, newest, result, listenAll, events } = setUp({ deadlineMs: 10 });
  listenAll();
  signals.emit("SIGTERM");
  newest(1).end(0);
  await expect.poll(() => log).toContain("SIGKILL 3");
  expect(log).not.toContain("SIGKILL 1");
  newest(2).end(137);
  newest(3).end(137);
  expect(await result).toBe(1);
  expect(events).toEqual([{ type: "killed", numbers: [2, 3] }]);
});

test.each([
  { signal: "SIGTERM", exitCode: 143 },
  { signal: "SIGINT", exitCode: 130 },
])("a second signal, $signal, kills all and ends at once with $exitCode", ({ signal, exitCode }) => {
  const { log, signals, listenAll } = setUp();
  listenAll();
  signals.emit("SIGTERM");
  signals.emit(signal);
  expect(log.slice(-4)).toEqual(["SIGKILL 1", "SIGKILL 2", "SIGKILL 3", `exit ${exitCode}`]);
});

test("a process that crashes is replaced under its number; one that waits to be is not started once a stop was asked for", async () => {
  const { log, signals, newest, result, listenAll, events } = setUp({ restarts: { firstPauseMs: 20 } });
  listenAll();
  newest(2).end(1);
  await expect.poll(() => log).toEqual(["start 1", "start 2", "start 3", "start 2"]);
  expect(events).toEqual([{ type: "ended", number: 2, exitCode: 1, pauseMs: 20 }]);
  newest(3).end(1);
  await sleep(1);
  signals.emit("SIGTERM");
  newest(1).end(0);
  newest(2).end(143);
  expect(await result).toBe(0);
  await sleep(60);
  expect(log.filter((line) => line === "start 3")).toHaveLength(1);
});

test("processes that crash again and again are given up, and those that are left are stopped", async () => {
  const { log, newest, result, listenAll, events } = setUp({ restarts: { firstPauseMs: 0, mostCrashes: 2 } });
  listenAll();
  for (let crash = 1; crash <= 3; crash += 1) {
    newest(2).end(1);
    await expect.poll(() => events.length).toBe(crash);
    await expect.poll(() => log.filter((line) => line === "start 2").length).toBe(Math.min(crash + 1, 3));
  }
  expect(events.at(-1)).toEqual({ type: "gave-up", crashes: 3 });
  expect(log.slice(-2)).toEqual(["stop 1", "stop 3"]);
  newest(1).end(0);
  newest(3).end(0);
  expect(await result).toBe(1);
});
