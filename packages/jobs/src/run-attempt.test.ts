import { noopLogger, noopObserver } from "@shaperail/core";
import { expect, test } from "vitest";
import { defineJob, type JobDefinition, type JobOptions } from "./define-job.ts";
import { JobsError } from "./errors.ts";
import { type AttemptOutcome, runAttempt, type TakenJob } from "./run-attempt.ts";

const fails = (): Promise<never> => Promise.reject(new Error("no"));

function attempt(
  options: Partial<JobOptions<unknown>>,
  { on = {}, stop }: { on?: Partial<TakenJob>; stop?: Error } = {},
): Promise<AttemptOutcome> {
  const definition: JobDefinition = defineJob({ name: "job", handle: async () => undefined, ...options });
  const job: TakenJob = {
    id: "1",
    name: "job",
    attempt: 1,
    addedAt: 0,
    envelope: { payload: 1 },
    progress: async () => undefined,
    ...on,
  };
  const controller = new AbortController();
  if (stop !== undefined) controller.abort(stop);
  return runAttempt({ job, definition, controller, logger: noopLogger, observer: noopObserver, random: () => 0 });
}

test("a handler that resolves is done", async () => {
  expect(await attempt({})).toEqual({ kind: "done" });
});

test("a handler that rejects is tried again while attempts are left", async () => {
  expect(await attempt({ handle: fails, attempts: 2 })).toMatchObject({
    kind: "retry",
    pauseMs: 2_000,
    error: { message: "no" },
  });
  expect(await attempt({ handle: fails, attempts: 2 }, { on: { attempt: 2 } })).toMatchObject({
    kind: "dead",
    error: { message: "no" },
  });
});

test("a handler that throws something that is no error, or at once, has failed like any other", async () => {
  const throws = (): never => {
    // oxlint-disable-next-line typescript/only-throw-error -- what a careless handler does
    throw "text";
  };
  expect(await attempt({ handle: throws })).toMatchObject({ kind: "retry", error: { cause: "text" } });
});

test("a backoff function that throws makes a dead letter of the job instead of losing it", async () => {
  const backoff = (): never => {
    throw new Error("broken backoff");
  };
  expect(await attempt({ handle: fails, backoff })).toMatchObject({
    kind: "dead",
    error: { message: "broken backoff" },
  });
});

test("what was not stored by this library is dead, and its handler is not called", async () => {
  expect(await attempt({ handle: fails }, { on: { envelope: undefined } })).toMatchObject({
    kind: "dead",
    error: { code: "JOBS_PAYLOAD_INVALID" },
  });
});

test("a schema that itself fails is a failed attempt", async () => {
  const schema = { "~standard": { version: 1, vendor: "test", validate: fails } } as const;
  expect(await attempt({ schema })).toMatchObject({ kind: "retry", error: { message: "no" } });
});

test("a handler that failed because it was told to stop has not failed, and one that managed is done", async () => {
  const stop = new JobsError("closing", { code: "JOBS_WORKER_CLOSING" });
  expect(await attempt({ handle: fails }, { stop })).toEqual({ kind: "stopped" });
  expect(await attempt({}, { stop })).toEqual({ kind: "done" });
});

test("the invalid payload of another job that a handler adds is a failure like any other", async () => {
  const error = new JobsError("no", { code: "JOBS_PAYLOAD_INVALID", details: { job: "other" } });
  expect(await attempt({ handle: () => Promise.reject(error) })).toMatchObject({ kind: "retry" });
});

test("a handler that ignores its signal is over when its time is up", async () => {
  const outcome = await attempt({ timeoutMs: 10, attempts: 1, handle: () => new Promise(() => undefined) });
  expect(outcome).toMatchObject({
    kind: "dead",
    error: { code: "JOBS_TIMEOUT", details: { job: "job", timeoutMs: 10 } },
  });
});

test.each([
  { what: "no name", options: { name: "" } },
  { what: "no attempts", options: { attempts: 0 } },
  { what: "half an attempt", options: { attempts: 1.5 } },
  { what: "no time", options: { timeoutMs: 0 } },
  { what: "more time than a timer has", options: { timeoutMs: 2 ** 31 } },
])("a job with $what cannot be defined", ({ options }) => {
  expect(() => defineJob({ name: "job", handle: async () => undefined, ...options })).toThrow(TypeError);
});
