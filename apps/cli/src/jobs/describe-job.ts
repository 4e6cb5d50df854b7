import type { JobStatus, ScheduleStatus } from "@shaperail/jobs";
import { maskCredentials } from "../mask-credentials.ts";

/** A job as programs read it. */
export function jobJson(status: JobStatus): Readonly<Record<string, unknown>> {
  const { id, name, state, priority, attempts, starts, addedAt, startedAt, finishedAt, error, progress, payload } =
    status;
  return {
    id,
    name,
    state,
    priority,
    attempts,
    starts,
    added_at: addedAt,
    started_at: startedAt ?? null,
    finished_at: finishedAt ?? null,
    error: error === undefined ? null : maskCredentials(error),
    progress: progress ?? null,
    payload,
  };
}

/** A schedule as programs read it. */
export function scheduleJson({ id, job, cron, timeZone, nextAt }: ScheduleStatus): Readonly<Record<string, unknown>> {
  return { id, job, cron, time_zone: timeZone, next_at: nextAt ?? null };
}

/** A job as people read it: a line for each thing that is known. */
export function describeJob(status: JobStatus): string {
  const { id, name, state, priority, attempts, starts, addedAt, startedAt, finishedAt, error, progress, payload } =
    status;
  const lines: readonly (readonly [string, string | undefined])[] = [
    ["ID", id],
    ["Name", name],
    ["State", state],
    ["Priority", priority],
    ["Attempts", starts > attempts ? `${attempts} (${starts} starts)` : String(attempts)],
    ["Added", timeOf(addedAt)],
    ["Started", timeOf(startedAt)],
    ["Finished", timeOf(finishedAt)],
    ["Progress", progress === undefined ? undefined : JSON.stringify(progress)],
    ["Last error", error === undefined ? undefined : oneLine(error)],
    ["Payload", printable(JSON.stringify(payload) ?? "none")],
  ];
  return lines.map(([label, value]) => (value === undefined ? "" : `${`${label}:`.padEnd(12)}${value}\n`)).join("");
}

/** A dead letter in a line: `name (id): error`. */
export function describeDead({ name, id, error = "no error was kept" }: JobStatus): string {
  return `${printable(name)} (${id}): ${oneLine(error)}`;
}

function timeOf(date: Date | undefined): string | undefined {
  return date?.toISOString();
}

const LONGEST_ERROR = 300;

/** What an error says comes from anywhere: it gets a line of its own, and no control over the terminal. */
function oneLine(text: string): string {
  const line = printable(maskCredentials(text).replaceAll(/\s*\n\s*/g, " "));
  return line.length <= LONGEST_ERROR ? line : `${line.slice(0, LONGEST_ERROR)}…`;
}

function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "�");
}
