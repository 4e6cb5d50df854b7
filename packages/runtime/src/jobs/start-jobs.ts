import { setTimeout as sleep } from "node:timers/promises";
import type { ProjectConfig } from "@shaperail/config";
import { type Closeable, closeable, isShaperailError, type Logger, toError } from "@shaperail/core";
import type { JobQueue, JobWorker } from "@shaperail/jobs";

/** How long a start waits for the worker to reach its server; a Redis that is down holds nothing up for longer. */
const START_MS = 2_000;
/** Time between two attempts to set the schedules. */
const RETRY_MS = 5_000;

/**
 * Lets the worker take jobs. One whose server is down goes on trying after this has resolved.
 * @throws JobsError `JOBS_SCHEMA_MISSING`, `JOBS_REFUSED`
 */
export async function startWorker(worker: JobWorker, logger: Logger): Promise<void> {
  const started = worker.start().then(
    () => undefined,
    (error: unknown) => toError(error),
  );
  const timer = new AbortController();
  const late = sleep(START_MS, "late" as const, { signal: timer.signal }).catch(() => undefined);
  const outcome = await Promise.race([started, late]);
  timer.abort();
  if (outcome instanceof Error) throw outcome;
  if (outcome !== "late") return;
  logger.warn("jobs are not taken yet: their server does not answer");
  void started.then((error) => error !== undefined && logger.error("jobs are not taken", { error }));
}

/**
 * Makes the queue's schedules those of the configuration, now, or when its server answers.
 * @throws JobsError `JOBS_SCHEDULE_INVALID`
 */
export async function startSchedules(
  queue: JobQueue,
  schedules: ProjectConfig["schedules"],
  logger: Logger,
): Promise<Closeable> {
  const wanted = schedules.map(({ name: id, ...schedule }) => ({ id, ...schedule }));
  const stop = new AbortController();
  const set = async (): Promise<boolean> => {
    try {
      await queue.setSchedules(wanted);
      return true;
    } catch (error) {
      if (!isShaperailError(error) || error.code !== "JOBS_UNAVAILABLE") throw error;
      return false;
    }
  };
  const retry = async (): Promise<void> => {
    for (;;) {
      await sleep(RETRY_MS, undefined, { signal: stop.signal });
      if (await set()) return;
    }
  };
  const isSet = await set();
  const retrying = isSet
    ? undefined
    : retry().catch((error: unknown) => {
        if (!stop.signal.aborted) logger.error("the schedules could not be set", { error });
      });
  return closeable(async () => {
    stop.abort();
    await retrying;
  });
}
