import { randomUUID } from "node:crypto";
import {
  type Closeable,
  closeable,
  type Logger,
  noopLogger,
  noopObserver,
  type Observer,
  withDeadline,
} from "@shaperail/core";
import { type BullQueue, type JobsBackend, producerClient } from "./backend.ts";
import type { JobDefinition } from "./define-job.ts";
import { toEnvelope } from "./envelope.ts";
import { JobsError } from "./errors.ts";
import { type JobState, type JobStatus, toJobState, toJobStatus } from "./job-status.ts";
import { checkPayload } from "./payload-schema.ts";
import { PRIORITIES, type Priority, toRank } from "./priority.ts";
import { createQueueLink } from "./queue-link.ts";
import { type Schedule, type ScheduleStatus, listSchedules, setSchedules } from "./schedule.ts";
import { toJobsError } from "./to-jobs-error.ts";

export interface QueueOptions {
  readonly backend: JobsBackend;
  /** Queue and worker of the same name belong together. @default "jobs" */
  readonly name?: string;
  /** Jobs that are added by name; their priority and uniqueness hold then too. @default none */
  readonly jobs?: readonly JobDefinition[];
  /** Longest wait for the server, in milliseconds; then `JOBS_UNAVAILABLE`. @default 2_000 */
  readonly timeoutMs?: number;
  /** What is stored instead of a payload; the place to take sensitive fields out. @default the payload as it is */
  readonly redactPayload?: (payload: unknown, jobName: string) => unknown;
  /** @default a logger that writes nothing */
  readonly logger?: Logger;
  /** Its trace context travels with every job. @default an observer that reports nothing */
  readonly observer?: Observer;
}

export interface AddOptions {
  /** A job with the id of one that the queue still knows is not added again. Not a number, no `:`. @default a random UUID */
  readonly id?: string;
  /** @default the job's own, or `"normal"` */
  readonly priority?: Priority;
  /** Earliest start from now, in milliseconds. @default 0 */
  readonly delayMs?: number;
}

/** One job of {@link JobQueue.addAll}. */
export interface JobEntry extends AddOptions {
  readonly name: string;
  readonly payload: unknown;
  /** The trace to continue. @default the current one */
  readonly trace?: Readonly<Record<string, string>>;
}

export type JobCounts = Readonly<Record<JobState, number>>;

export interface JobQueue extends Closeable {
  /**
   * Adds a job, and resolves with its id, or with that of the equal one when the job is unique.
   *
   * @throws `JobsError` `JOBS_PAYLOAD_INVALID`, `JOBS_UNAVAILABLE`, `JOBS_REFUSED`, `JOBS_SCHEMA_MISSING`, `JOBS_CLOSED`
   */
  add<Payload>(job: JobDefinition<Payload> | string, payload: Payload, options?: AddOptions): Promise<string>;
  /**
   * Adds jobs in this order, all or none, and resolves with their ids. Payloads are not checked: a bad one becomes a dead
   * letter, not everybody's problem.
   */
  addAll(entries: readonly JobEntry[]): Promise<readonly string[]>;
  /** Undefined when the queue does not know the id: never added, or done long enough ago. */
  status(id: string): Promise<JobStatus | undefined>;
  /** The states of many jobs, in the order of the ids. */
  states(ids: readonly string[]): Promise<readonly (JobState | undefined)[]>;
  counts(): Promise<JobCounts>;
  /** How many jobs wait, by their priority; those that are delayed do not count. */
  depths(): Promise<Readonly<Record<Priority, number>>>;
  /** Dead letters, the latest first. @default the first 100 */
  dead(page?: { readonly limit?: number; readonly offset?: number }): Promise<readonly JobStatus[]>;
  /** Runs a dead letter again, with all its attempts. @throws `JobsError` `JOBS_NOT_FOUND` */
  retry(id: string): Promise<void>;
  /** Forgets a job that is not running. @throws `JobsError` `JOBS_NOT_FOUND` */
  drop(id: string): Promise<void>;
  /** Makes the queue's schedules exactly these; one that did not change keeps its next time, also one that is overdue. */
  setSchedules(schedules: readonly Schedule[]): Promise<void>;
  schedules(): Promise<readonly ScheduleStatus[]>;
}

/** Whatever the definition says is decided by the worker, so that a new release changes it for waiting jobs too. */
const WORKER_DECIDES = { attempts: 1_000_000, backoff: { type: "worker" } };

/** Every state is a question of its own, and `timeoutMs` is for all that are asked together. */
const STATES_AT_ONCE = 50;

/** Opens a queue for adding jobs and for looking at them. Nothing is connected before the first call. */
export function createQueue(options: QueueOptions): JobQueue {
  const { backend, name = "jobs", jobs = [], timeoutMs = 2_000, redactPayload = (payload) => payload } = options;
  const { logger: parentLogger = noopLogger, observer = noopObserver } = options;
  const logger = parentLogger.child("shaperail_runtime::jobs");
  const definitions = new Map(jobs.map((job) => [job.name, job]));
  const link = createQueueLink(() => producerClient(backend, { timeoutMs }), { name, logger });
  const underWay = new Set<Promise<unknown>>();
  let isClosed = false;

  async function use<T>(what: string, work: (queue: BullQueue) => Promise<T>): Promise<T> {
    if (isClosed)
      throw new JobsError(`${what}: the queue is closed.`, {
        code: "JOBS_CLOSED",
        hint: "Close it after everything that uses it.",
      });
    const run = withDeadline(async () => work(await link.ready()), { timeoutMs, what });
    underWay.add(run);
    try {
      return await run;
    } catch (error) {
      throw toJobsError(error, what);
    } finally {
      underWay.delete(run);
    }
  }

  function toBullJob(entry: JobEntry): Parameters<BullQueue["addBulk"]>[0][number] {
    const { id = randomUUID(), name: jobName, payload, delayMs = 0, trace = inject(observer) } = entry;
    if (/^\d+$/.test(id) || id.includes(":") || id === "")
      throw new TypeError(`A job's id is not empty, not a number and has no ":"; ${JSON.stringify(id)} is not usable.`);
    const definition = definitions.get(jobName);
    const uniqueKey = definition?.uniqueKey(payload);
    const opts = {
      ...WORKER_DECIDES,
      jobId: id,
      priority: toRank(entry.priority ?? definition?.priority ?? "normal"),
      delay: delayMs,
      ...(uniqueKey === undefined ? {} : { deduplication: { id: `${jobName}/${uniqueKey}` } }),
    };
    return { name: jobName, data: toEnvelope(redactPayload(payload, jobName), trace), opts };
  }

  return {
    async add(job, payload, addOptions = {}) {
      const definition = typeof job === "string" ? definitions.get(job) : job;
      if (typeof job !== "string") definitions.set(job.name, job as JobDefinition);
      const jobName = typeof job === "string" ? job : job.name;
      if (definition?.schema !== undefined) await refuseInvalid(definition as JobDefinition, payload);
      const { data, opts } = toBullJob({ ...addOptions, name: jobName, payload });
      return use(`Adding the job ${jobName}`, async (queue) => (await queue.add(jobName, data, opts)).id ?? "");
    },
    async addAll(entries) {
      if (entries.length === 0) return [];
      const bulk = entries.map(toBullJob);
      return use("Adding jobs", async (queue) => (await queue.addBulk(bulk)).map(({ id = "" }) => id));
    },
    status: (id) =>
      use("Reading a job", async (queue) => {
        // The state first: what is read after it is then never older than the state says.
        const state = await stateOf(queue, id);
        const job = state === undefined ? undefined : await queue.getJob(id);
        return job === undefined || state === undefined ? undefined : toJobStatus(job, state);
      }),
    async states(ids) {
      const states: (JobState | undefined)[] = [];
      for (let start = 0; start < ids.length; start += STATES_AT_ONCE) {
        const some = ids.slice(start, start + STATES_AT_ONCE);
        states.push(...(await use("Reading jobs", (queue) => Promise.all(some.map((id) => stateOf(queue, id))))));
      }
      return states;
    },
    counts: () => use("Counting jobs", readCounts),
    depths: () => use("Counting jobs", readDepths),
    dead: ({ limit = 100, offset = 0 } = {}) =>
      use("Reading dead letters", async (queue) => {
        const found = await queue.getJobs(["failed"], offset, offset + limit - 1, false);
        return found.map((job) => toJobStatus(job, "dead"));
      }),
    retry: (id) =>
      use("Running a dead letter again", async (queue) => {
        const job = await queue.getJob(id);
        if (job === undefined || (await queue.getJobState(id)) !== "failed")
          throw notFound(`There is no dead letter ${id}.`);
        await job.retry("failed", { resetAttemptsMade: true });
      }),
    drop: (id) =>
      use("Dropping a job", async (queue) => {
        const job = await queue.getJob(id);
        if (job === undefined || (await queue.getJobState(id)) === "active")
          throw notFound(`There is no job ${id} that is not running.`);
        await job.remove();
      }),
    setSchedules: async (schedules) => use("Setting schedules", (queue) => setSchedules(queue, schedules)),
    schedules: () => use("Reading schedules", listSchedules),
    ...closeable(async () => {
      isClosed = true;
      await Promise.allSettled(underWay);
      await link.close(timeoutMs);
    }),
  };
}

function inject(observer: Observer): Record<string, string> {
  const carrier: Record<string, string> = {};
  observer.inject(carrier);
  return carrier;
}

async function refuseInvalid({ name, schema }: JobDefinition, payload: unknown): Promise<void> {
  if (schema === undefined) return;
  const checked = await checkPayload(schema, payload);
  if ("payload" in checked) return;
  throw new JobsError(`The payload for the job ${name} is not valid: ${checked.problems.join("; ")}.`, {
    code: "JOBS_PAYLOAD_INVALID",
    hint: "Make the payload fit the schema of the job.",
    details: { job: name, problems: checked.problems },
  });
}

function notFound(message: string): JobsError {
  return new JobsError(message, { code: "JOBS_NOT_FOUND", hint: "Look at the list of dead letters." });
}

async function stateOf(queue: BullQueue, id: string): Promise<JobState | undefined> {
  return toJobState(await queue.getJobState(id));
}

async function readCounts(queue: BullQueue): Promise<JobCounts> {
  const counts = await queue.getJobCounts("waiting", "prioritized", "delayed", "active", "completed", "failed");
  const sum = (...names: readonly string[]): number => names.reduce((total, name) => total + (counts[name] ?? 0), 0);
  return {
    waiting: sum("waiting", "prioritized"),
    delayed: sum("delayed"),
    active: sum("active"),
    completed: sum("completed"),
    dead: sum("failed"),
  };
}

async function readDepths(queue: BullQueue): Promise<Record<Priority, number>> {
  const counts = await queue.getCountsPerPriority(PRIORITIES.map(toRank));
  const depth = (priority: Priority): number => counts[String(toRank(priority))] ?? 0;
  return { critical: depth("critical"), high: depth("high"), normal: depth("normal"), low: depth("low") };
}
