import { integer, oneOf, redisUrl, text, timeZone } from "./format.ts";
import type { ScheduleConfig } from "./project-config.ts";
import { optional, required, type Settings, withDefault } from "./setting.ts";

// The maps about jobs, as in schema.ts.

export interface JobsValues {
  url: string | null;
  concurrency: number;
}

export const JOBS: Settings<JobsValues> = {
  url: optional(redisUrl(), {
    doc: "Redis for jobs, which must not evict. Without it, the one of the cache, or REDIS_URL; without any, jobs are kept in PostgreSQL.",
    sensitive: true,
  }),
  concurrency: withDefault(integer(0, 1_000), 10, {
    doc: "Most jobs at the same time in a process. 0: the server runs none, and leaves them to `shaperail worker`.",
  }),
};

export interface ScheduleValues {
  name: string | null;
  job: string;
  cron: string;
  timezone: string;
  priority: ScheduleConfig["priority"];
}

const FIELD = String.raw`[\w*/,#?-]+`;

export const SCHEDULE: Settings<ScheduleValues> = {
  name: optional(text({ expects: "letters, digits, `-` and `_`", pattern: /^[\w-]+$/ }), {
    doc: "Name of the schedule, which stays the same over releases. Without it, the job's.",
  }),
  job: required(text(), { doc: "Job to add." }),
  cron: required(
    text({
      expects: "five fields: minute, hour, day, month and weekday; or six, with seconds first",
      pattern: new RegExp(`^${FIELD}(?: +${FIELD}){4,5}$`),
    }),
    { doc: "When: minute, hour, day, month and weekday; or six fields, with seconds first." },
  ),
  timezone: withDefault(timeZone(), "UTC", { doc: "Time zone of `cron`." }),
  priority: withDefault(oneOf(["critical", "high", "normal", "low"]), "normal", { doc: "Priority of the job." }),
};
