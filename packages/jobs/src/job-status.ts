import type { BullJob } from "./backend.ts";
import { parseEnvelope } from "./envelope.ts";
import { type Priority, toPriority } from "./priority.ts";

/** `delayed` is also a job that waits for its next attempt; `dead` one that will not run again by itself. */
export type JobState = "waiting" | "delayed" | "active" | "completed" | "dead";

/** What the queue knows about a job. */
export interface JobStatus {
  readonly id: string;
  readonly name: string;
  readonly state: JobState;
  readonly priority: Priority;
  /** Attempts that ended, well or badly. */
  readonly attempts: number;
  /** Runs that began; more than attempts when a worker went away in the middle of one. */
  readonly starts: number;
  readonly addedAt: Date;
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
  /** Text of the last failure. */
  readonly error: string | undefined;
  /** What the handler reported last. */
  readonly progress: number | Readonly<Record<string, unknown>> | undefined;
  /** As it was stored, that is after `redactPayload`. */
  readonly payload: unknown;
}

const STATES: Readonly<Record<string, JobState>> = {
  waiting: "waiting",
  prioritized: "waiting",
  paused: "waiting",
  "waiting-children": "waiting",
  delayed: "delayed",
  active: "active",
  completed: "completed",
  failed: "dead",
};

/** Undefined for a job that BullMQ does not know. */
export function toJobState(state: string): JobState | undefined {
  return STATES[state];
}

export function toJobStatus(job: BullJob, state: JobState): JobStatus {
  return {
    id: job.id ?? "",
    name: job.name,
    state,
    priority: toPriority(job.priority),
    attempts: job.attemptsMade,
    starts: job.attemptsStarted,
    addedAt: new Date(job.timestamp),
    startedAt: toDate(job.processedOn),
    finishedAt: toDate(job.finishedOn),
    error: job.failedReason || undefined,
    progress: toProgress(job.progress),
    payload: parseEnvelope(job.data)?.payload,
  };
}

function toDate(time: number | null | undefined): Date | undefined {
  return typeof time === "number" ? new Date(time) : undefined;
}

/** 0 is also what a job starts with, so that it says nothing. */
function toProgress(progress: BullJob["progress"]): JobStatus["progress"] {
  if (typeof progress === "number") return progress === 0 ? undefined : progress;
  return typeof progress === "object" ? (progress as Readonly<Record<string, unknown>>) : undefined;
}
