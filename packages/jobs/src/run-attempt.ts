import { type Logger, type Observer, toError } from "@shaperail/core";
import { pauseAfter } from "./backoff.ts";
import type { JobContext, JobDefinition } from "./define-job.ts";
import type { Envelope } from "./envelope.ts";
import { JobsError } from "./errors.ts";
import { checkPayload } from "./payload-schema.ts";

/** A job as it was taken from the queue. */
export interface TakenJob {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly addedAt: number;
  /** Undefined when what is stored is not a job of ours. */
  readonly envelope: Envelope | undefined;
  progress(value: number | Readonly<Record<string, unknown>>): Promise<void>;
}

export type AttemptOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "retry"; readonly error: Error; readonly pauseMs: number }
  /** No attempt is left, or none can help. */
  | { readonly kind: "dead"; readonly error: Error }
  /** It failed after the worker had told it to stop: that is no failure of the job. */
  | { readonly kind: "stopped" };

export interface AttemptOptions {
  readonly job: TakenJob;
  readonly definition: JobDefinition | undefined;
  /** Of the run. The worker aborts it when it closes, or when it has lost the job; this does when the time is up. */
  readonly controller: AbortController;
  readonly logger: Logger;
  readonly observer: Observer;
  readonly random: () => number;
}

/** Runs a job once, under its deadline, as the continuation of the trace that added it. Never rejects. */
export async function runAttempt({
  job,
  definition,
  controller,
  logger,
  observer,
  random,
}: AttemptOptions): Promise<AttemptOutcome> {
  const { envelope } = job;
  if (definition === undefined) return dead(unknownJob(job.name));
  if (envelope === undefined) return dead(invalidPayload(job.name, ["it was not stored by this library"]));
  try {
    await observer.extract(envelope.trace ?? {}, () =>
      observer.observe("job.execute", { "job.name": job.name, "job.id": job.id, "job.attempt": job.attempt }, () =>
        handle({ job, definition, controller, logger, payload: envelope.payload }),
      ),
    );
    return { kind: "done" };
  } catch (thrown) {
    if (wasStopped(controller.signal)) return { kind: "stopped" };
    return toFailure({ error: toError(thrown), job, definition, random });
  }
}

interface Handling {
  readonly job: TakenJob;
  readonly definition: JobDefinition;
  readonly controller: AbortController;
  readonly logger: Logger;
  readonly payload: unknown;
}

async function handle({ job, definition, controller, logger, payload }: Handling): Promise<void> {
  const { id, name, attempt, addedAt, progress } = job;
  const valid = definition.schema === undefined ? { payload } : await checkPayload(definition.schema, payload);
  if ("problems" in valid) throw invalidPayload(name, valid.problems);

  const { timeoutMs } = definition;
  const context: JobContext = { id, name, attempt, addedAt, signal: controller.signal, logger, progress };
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = timedOut(name, timeoutMs);
      reject(error);
      controller.abort(error);
    }, timeoutMs);
  });
  try {
    // A handler that ignores its signal goes on in the background; its attempt is over all the same.
    await Promise.race([definition.handle(valid.payload, context), expired]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the worker aborted the run; what has run out of time has failed. */
function wasStopped({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof JobsError && reason.code === "JOBS_TIMEOUT");
}

function toFailure({
  error,
  job,
  definition,
  random,
}: {
  error: Error;
  job: TakenJob;
  definition: JobDefinition;
  random: () => number;
}): AttemptOutcome {
  const isInvalid = error instanceof JobsError && error.code === "JOBS_PAYLOAD_INVALID";
  // Another job's payload is the handler's problem, and may be another one next time.
  if (isInvalid && error.details?.["job"] === job.name) return dead(error);
  if (job.attempt >= definition.attempts) return dead(error);
  try {
    const pause = pauseAfter(definition.backoff, { attempt: job.attempt, error, random });
    return pause === "give-up" ? dead(error) : { kind: "retry", error, pauseMs: pause };
  } catch (broken) {
    return dead(toError(broken));
  }
}

function dead(error: Error): AttemptOutcome {
  return { kind: "dead", error };
}

function unknownJob(name: string): JobsError {
  return new JobsError(`No job named ${JSON.stringify(name)} is known to this worker.`, {
    code: "JOBS_UNKNOWN_JOB",
    hint: "Deploy the release that has it and retry the dead letter, or drop it.",
    details: { job: name },
  });
}

function invalidPayload(name: string, problems: readonly string[]): JobsError {
  return new JobsError(`The payload of the job ${name} is not valid: ${problems.join("; ")}.`, {
    code: "JOBS_PAYLOAD_INVALID",
    hint: "An older release may have added it: deploy a schema that accepts both and retry the dead letter, or drop it.",
    details: { job: name, problems },
  });
}

function timedOut(name: string, timeoutMs: number): JobsError {
  return new JobsError(`The job ${name} took longer than ${timeoutMs} ms.`, {
    code: "JOBS_TIMEOUT",
    hint: "Pass context.signal on to what it waits for, or raise the job's timeoutMs.",
    details: { job: name, timeoutMs },
  });
}
