import type { JobCounts, JobQueue, JobStatus, ScheduleStatus } from "@shaperail/jobs";
import { describeDead, jobJson, scheduleJson } from "./describe-job.ts";

/** The whole queue at a glance. */
export interface Overview {
  readonly counts: JobCounts;
  readonly depths: Awaited<ReturnType<JobQueue["depths"]>>;
  /** The latest dead letters. */
  readonly dead: readonly JobStatus[];
  readonly schedules: readonly ScheduleStatus[];
}

const SHOWN = 5;

export async function readOverview(queue: JobQueue): Promise<Overview> {
  // One after the other: each has the queue's time limit to itself.
  const counts = await queue.counts();
  const depths = await queue.depths();
  const dead = await queue.dead({ limit: SHOWN });
  return { counts, depths, dead, schedules: await queue.schedules() };
}

export function overviewJson({ counts, depths, dead, schedules }: Overview): unknown {
  return { counts, depths, dead: dead.map(jobJson), schedules: schedules.map(scheduleJson) };
}

export function describeOverview({ counts, depths, dead, schedules }: Overview): string {
  const { waiting, ...others } = counts;
  const rows: readonly (readonly [string, number])[] = [
    ["waiting", waiting],
    ...Object.entries(depths).map(([priority, count]) => [`  ${priority}`, count] as const),
    ...Object.entries(others),
  ];
  const width = Math.max(...rows.map(([, count]) => String(count).length));
  return [
    ...rows.map(([label, count]) => `${label.padEnd(12)}${String(count).padStart(width)}\n`),
    dead.length === 0 ? "" : `\nLatest dead letters\n${dead.map((job) => `  ${describeDead(job)}\n`).join("")}`,
    schedules.length === 0 ? "" : `\nSchedules\n${schedules.map((one) => `  ${describeSchedule(one)}\n`).join("")}`,
  ].join("");
}

function describeSchedule({ id, job, cron, timeZone, nextAt }: ScheduleStatus): string {
  const next = nextAt === undefined ? "" : `, next ${nextAt.toISOString().replace(".000Z", "Z")}`;
  return `${id}: ${job} at ${cron} ${timeZone}${next}`;
}
