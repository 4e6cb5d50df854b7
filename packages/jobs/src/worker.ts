import { setTimeout as sleep } from "node:timers/promises";
import { type Closeable, type Logger, noopLogger, noopObserver, type Observer } from "@shaperail/core";
import { type BackendClient, type BullJob, type BullWorker, type JobsBackend, workerClient } from "./backend.ts";
import type { JobDefinition } from "./define-job.ts";
import { parseEnvelope } from "./envelope.ts";
import { JobsError } from "./errors.ts";
import { toJobStatus, type JobStatus } from "./job-status.ts";
import { quietly } from "./quietly.ts";
import { runAttempt, type TakenJob } from "./run-attempt.ts";
import { createRunningJobs } from "./running-jobs.ts";
import { deadLetter, letGo, pauseOf, putOff, type RedactText, tryAgain } from "./settle.ts";
import { toJobsError } from "./to-jobs-error.ts";

/** How much of what is over is remembered: whatever is reached first. */
export interface Retention {
  readonly count: number;
  readonly ageSeconds: number;
}

export interface WorkerOptions {
  readonly backend: JobsBackend;
  /** Queue and worker of the same name belong together. @default "jobs" */
  readonly name?: string;
  /** Every job this worker can run. One that is not here becomes a dead letter. */
  readonly jobs: readonly JobDefinition[];
  /** Most jobs at the same time. @default 10 */
  readonly concurrency?: number;
  /** How long a worker that is gone keeps its jobs, in milliseconds; it renews them twice as often. @default 15_000 */
  readonly lockMs?: number;
  /** Time between two looks for jobs of workers that are gone, in milliseconds. @default 5_000 */
  readonly stalledCheckMs?: number;
  /** A job whose worker went away more often than this in the middle of a run is a dead letter. @default 5 */
  readonly maxCrashes?: number;
  /** Done jobs that are remembered, so that adding them again adds nothing. @default 100_000 of the last hour */
  readonly keepCompleted?: Retention;
  /** Dead letters that are kept. @default 10_000 of the last 30 days */
  readonly keepDead?: Retention;
  /** Takes what is secret out of the text and stack of a failure before they are stored and logged. @default the text as it is */
  readonly redactText?: RedactText;
  /** Called for every new dead letter: the place for an alert. */
  readonly onDead?: (job: JobStatus) => void;
  /** @default a logger that writes nothing */
  readonly logger?: Logger;
  /** Sees every attempt as `job.execute`. @default an observer that reports nothing */
  readonly observer?: Observer;
  /** Chance, 0 to 1, for the jitter of pauses. @default Math.random */
  readonly random?: () => number;
}

/** How {@link JobWorker.close} ends. */
export interface CloseWorkerOptions {
  /** How long running jobs may take to finish, in milliseconds; then they are aborted and handed back. @default 20_000 */
  readonly graceMs?: number;
  /** How long aborting, handing back and letting go may take then, in milliseconds. @default 2_000 */
  readonly handBackMs?: number;
}

export interface JobWorker extends Closeable {
  /**
   * Begins to take jobs. Resolves when the queue's server has answered; one that is down is waited for.
   *
   * @throws `JobsError` `JOBS_SCHEMA_MISSING`, `JOBS_REFUSED` for a PostgreSQL that refuses, `JOBS_CLOSED`
   */
  start(): Promise<void>;
  /** Jobs that run now. */
  readonly running: number;
  /** Takes no more jobs, lets running ones finish, hands back the others. Within `graceMs` + `handBackMs`, whatever hangs. */
  close(options?: CloseWorkerOptions): Promise<void>;
}

const HOUR_SECONDS = 3_600;
/** Time until a job that still runs in this process is looked at again. */
const BUSY_WITH_IT_MS = 1_000;

/**
 * Makes a worker that runs jobs of a queue. It takes the first one after `start()`.
 *
 * @throws `TypeError` when two jobs have the same name
 */
export function createWorker(options: WorkerOptions): JobWorker {
  const { backend, name = "jobs", jobs, concurrency = 10, lockMs = 15_000, stalledCheckMs = 5_000 } = options;
  const { maxCrashes = 5, redactText = (text) => text, onDead, random = Math.random } = options;
  const { keepCompleted = { count: 100_000, ageSeconds: HOUR_SECONDS } } = options;
  const { keepDead = { count: 10_000, ageSeconds: 30 * 24 * HOUR_SECONDS } } = options;
  const { logger: parentLogger = noopLogger, observer = noopObserver } = options;
  const logger = parentLogger.child("shaperail_runtime::jobs");
  const definitions = byName(jobs);
  const running = createRunningJobs();
  const closing = new AbortController();
  let open: { readonly client: BackendClient; readonly worker: BullWorker } | undefined;
  let starting: Promise<void> | undefined;
  let closed: Promise<void> | undefined;

  const settings = {
    autorun: false,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: stalledCheckMs,
    maxStalledCount: maxCrashes,
    removeOnComplete: { count: keepCompleted.count, age: keepCompleted.ageSeconds },
    removeOnFail: { count: keepDead.count, age: keepDead.ageSeconds },
    // BullMQ's 15 seconds would let every lock run out before a result is written after a short outage.
    runRetryDelay: 1_000,
    settings: { backoffStrategy: (_attempts: number, _type?: string, error?: Error) => pauseOf(error) },
  };

  async function process(job: BullJob, token = ""): Promise<void> {
    // Lost to itself: this process was blocked, and the run from before it is not over. BullMQ keeps one lock per job and
    // process, so that the end of that run would take the lock of this one away.
    if (running.has(job.id ?? "")) {
      await job.moveToDelayed(Date.now() + BUSY_WITH_IT_MS, token);
      throw putOff();
    }
    const run = running.begin(job.id ?? "");
    try {
      if (closing.signal.aborted) return await handBack(job, token);
      const attempt = runAttempt({
        job: toTaken(job),
        definition: definitions.get(job.name),
        controller: run.controller,
        logger,
        observer,
        random,
      });
      const outcome = await Promise.race([attempt, run.abandoned]);
      if (run.isLost) {
        logger.warn("The result of a job that another worker has taken over is discarded", {
          job: job.name,
          job_id: job.id,
        });
        throw letGo();
      }
      if (outcome === "abandoned" || outcome.kind === "stopped") return await handBack(job, token);
      if (outcome.kind === "dead") throw deadLetter(outcome.error, redactText);
      if (outcome.kind === "retry") throw tryAgain(outcome.error, { pauseMs: outcome.pauseMs, redact: redactText });
    } finally {
      run.end();
    }
  }

  /** Puts the job back, first in line. When the server does not answer, the lock runs out instead. */
  async function handBack(job: BullJob, token: string): Promise<never> {
    await job
      .moveToWait(token)
      .catch((error: unknown) =>
        logger.warn("A job could not be handed back; it runs again when its lock runs out", { job_id: job.id, error }),
      );
    logger.info("A job was handed back", { job: job.name, job_id: job.id });
    throw letGo();
  }

  function listen(worker: BullWorker): void {
    const report = quietly(logger, "The worker's server cannot be used");
    worker.on("error", (error) => {
      if (isLockLoss(error)) logger.warn("A result that came too late was discarded", { error });
      else report(error);
    });
    worker.on("lockRenewalFailed", (ids) => {
      for (const id of ids) running.lose(id, lockLost(id));
    });
    worker.on("stalled", (id) => logger.warn("The worker of a job went away; the job runs again", { job_id: id }));
    worker.on("failed", (job, error) => {
      if (job === undefined)
        return logger.error("A job is dead and was not kept", { error: redactText(error.message) });
      const fields = { job: job.name, job_id: job.id, attempt: job.attemptsMade, error: redactText(error.message) };
      if (job.finishedOn === undefined || job.finishedOn === null)
        return logger.warn("A job failed and will be tried again", fields);
      logger.error("A job is dead", fields);
      onDead?.(toJobStatus(job, "dead"));
    });
  }

  async function connect(): Promise<void> {
    for (;;) {
      const client = workerClient(backend);
      const worker = client.openWorker(name, process, settings);
      open = { client, worker };
      listen(worker);
      try {
        await Promise.race([worker.waitUntilReady(), onAbort(closing.signal)]);
        worker.run().catch((error: unknown) => logger.error("The worker stopped", { error }));
        return;
      } catch (thrown) {
        if (closing.signal.aborted)
          throw new JobsError("The worker was closed.", {
            code: "JOBS_CLOSED",
            hint: "Make another one to start again.",
          });
        client.release();
        worker.close(true).catch(() => undefined);
        const error = toJobsError(thrown, "Starting the worker");
        if (error.code !== "JOBS_UNAVAILABLE") throw error;
        logger.warn("The worker cannot start yet", { error });
        await sleep(1_000, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  }

  async function shutDown({ graceMs = 20_000, handBackMs = 2_000 }: CloseWorkerOptions): Promise<void> {
    const reason = new JobsError("The worker is closing.", {
      code: "JOBS_WORKER_CLOSING",
      hint: "Stop: the job is handed back and runs again.",
    });
    closing.abort(reason);
    await starting?.catch(() => undefined);
    if (open === undefined) return;
    const finished = open.worker
      .close()
      .catch((error: unknown) => logger.warn("The worker did not close in order", { error }));
    await running.waitUntilIdle(graceMs);
    running.stopAll(reason);
    await running.waitUntilIdle(handBackMs / 2);
    running.abandonAll();
    await Promise.race([finished, sleep(handBackMs / 2)]);
    open.client.release();
  }

  const close = (closeOptions: CloseWorkerOptions = {}): Promise<void> => (closed ??= shutDown(closeOptions));
  return {
    start: () => (starting ??= connect()),
    get running() {
      return running.size;
    },
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

function byName(jobs: readonly JobDefinition[]): ReadonlyMap<string, JobDefinition> {
  const definitions = new Map(jobs.map((job) => [job.name, job]));
  if (definitions.size === jobs.length) return definitions;
  const twice = jobs.find((job) => definitions.get(job.name) !== job);
  throw new TypeError(`Two jobs are named ${twice?.name}.`);
}

function toTaken(job: BullJob): TakenJob {
  return {
    id: job.id ?? "",
    name: job.name,
    attempt: job.attemptsMade + 1,
    addedAt: job.timestamp,
    envelope: parseEnvelope(job.data),
    progress: (value) => job.updateProgress(value),
  };
}

function lockLost(id: string): JobsError {
  return new JobsError(`The job ${id} belongs to another worker now.`, {
    code: "JOBS_LOCK_LOST",
    hint: "Look for what blocked this process for longer than lockMs; what the job does must bear a second run.",
  });
}

/** BullMQ's codes for a result whose job is gone (-1), not locked (-2), not active (-3) or locked by another (-6). */
function isLockLoss(error: Error): boolean {
  return "code" in error && typeof error.code === "number" && [-1, -2, -3, -6].includes(error.code);
}

function onAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) return reject(new Error("aborted"));
    signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
  });
}
