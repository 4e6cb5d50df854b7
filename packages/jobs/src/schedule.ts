import type { BullQueue } from "./backend.ts";
import { JobsError } from "./errors.ts";
import { type Priority, toRank } from "./priority.ts";
import { toEnvelope } from "./envelope.ts";

/** A job that is added again and again. */
export interface Schedule {
  /** Names the schedule; it stays the same over releases. */
  readonly id: string;
  /** Name of the job. */
  readonly job: string;
  /** Five fields (minute, hour, day, month, weekday), or six with seconds first. */
  readonly cron: string;
  /** The time zone of `cron`, such as `Europe/Berlin`. @default "UTC" */
  readonly timeZone?: string;
  /** @default {} */
  readonly payload?: unknown;
  /** @default "normal" */
  readonly priority?: Priority;
}

/** A schedule as the queue knows it. */
export interface ScheduleStatus {
  readonly id: string;
  readonly job: string;
  readonly cron: string;
  readonly timeZone: string;
  /** When the job is due next. */
  readonly nextAt: Date | undefined;
}

/** What of a schedule, when it changes, makes it another one. */
function fingerprint({ job, cron, timeZone = "UTC", payload = {}, priority = "normal" }: Schedule): string {
  return JSON.stringify([job, cron, timeZone, payload, priority]);
}

/**
 * Adds, replaces and removes until the queue has exactly these schedules.
 *
 * One that did not change is not touched: replacing it would skip a time that is already due, and would let replicas that
 * start at the same moment take the next time away from each other.
 */
export async function setSchedules(queue: BullQueue, schedules: readonly Schedule[]): Promise<void> {
  const known = new Map((await queue.getJobSchedulers(0, -1, true)).map((found) => [found.key, found.template?.data]));
  for (const schedule of schedules) {
    const { id, job, cron, timeZone = "UTC", payload = {}, priority = "normal" } = schedule;
    const data = { ...toEnvelope(payload, {}), schedule: fingerprint(schedule) };
    const current = known.get(id);
    known.delete(id);
    if (current !== undefined && "schedule" in current && current.schedule === data.schedule) continue;
    const opts = { attempts: 1_000_000, backoff: { type: "worker" }, priority: toRank(priority) };
    await queue
      .upsertJobScheduler(id, { pattern: cron, tz: timeZone }, { name: job, data, opts })
      .catch((cause: unknown) => {
        throw invalidOr(cause, schedule);
      });
  }
  for (const id of known.keys()) await queue.removeJobScheduler(id);
}

export async function listSchedules(queue: BullQueue): Promise<readonly ScheduleStatus[]> {
  const found = await queue.getJobSchedulers(0, -1, true);
  return found.map(({ key, name, pattern = "", tz = "UTC", next }) => ({
    id: key,
    job: name,
    cron: pattern,
    timeZone: tz,
    nextAt: next === undefined ? undefined : new Date(next),
  }));
}

/** cron-parser and Intl throw plain errors; what comes from the server has a code or is a reply. */
function invalidOr(cause: unknown, { id, cron, timeZone = "UTC" }: Schedule): unknown {
  const isFromServer =
    !(cause instanceof Error) || cause.name === "ReplyError" || "code" in cause || "command" in cause;
  if (isFromServer || /Connection|writeable|timed out/i.test(cause.message)) return cause;
  return new JobsError(`The schedule ${id} cannot be understood: ${JSON.stringify(cron)} in ${timeZone}.`, {
    code: "JOBS_SCHEDULE_INVALID",
    hint: "Write five fields (minute, hour, day, month, weekday), or six with seconds first, and a time zone such as Europe/Berlin.",
    details: { schedule: id },
    cause,
  });
}
