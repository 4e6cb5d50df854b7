import { entryOf, type SourceMap, type SourceNode, toPlain } from "@shaperail/source";
import type { JobsConfig, ScheduleConfig } from "./project-config.ts";
import { readList } from "./read-list.ts";
import { readSection } from "./read-section.ts";
import { readSettings } from "./read-settings.ts";
import type { Reading } from "./read-value.ts";
import { JOBS, SCHEDULE } from "./schema-jobs.ts";

/** The `jobs` section; without a URL of its own it has the fallback's. Undefined when it is absent, or after reporting a problem in it. */
export function readJobs(root: SourceMap, fallbackUrl: string | undefined, reading: Reading): JobsConfig | undefined {
  const values = readSection({ key: "jobs", settings: JOBS, parent: root }, reading);
  return values && { url: values.url ?? fallbackUrl, concurrency: values.concurrency };
}

/** The `schedules` list; a name that is there twice is reported. */
export function readSchedules(root: SourceMap, reading: Reading): readonly ScheduleConfig[] {
  const names = new Set<string>();
  return readList({ parent: root, key: "schedules", path: "schedules" }, readSchedule, reading)
    .filter(({ name, span }) => {
      const isNew = !names.has(name);
      names.add(name);
      if (!isNew) {
        reading.report({
          code: "CONFIG_INVALID_VALUE",
          message: `two schedules are named \`${name}\`.`,
          span,
          fix: "Give each schedule of the same job a `name` of its own.",
        });
      }
      return isNew;
    })
    .map(({ span: _span, ...schedule }) => schedule);
}

/** As it will come out of the queue: integers beyond 2^53 are text. */
function toJson(node: SourceNode): unknown {
  const text = JSON.stringify(toPlain(node), (_key, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
  return JSON.parse(text);
}

type ReadSchedule = ScheduleConfig & { readonly span: SourceNode["span"] };

function readSchedule(node: SourceMap, path: string, reading: Reading): ReadSchedule | undefined {
  const values = readSettings(SCHEDULE, { path, node, nested: ["payload"] }, reading);
  const payload = entryOf(node, "payload")?.value;
  return (
    values && {
      name: values.name ?? values.job,
      job: values.job,
      cron: values.cron,
      timeZone: values.timezone,
      priority: values.priority,
      payload: payload === undefined ? {} : toJson(payload),
      span: node.span,
    }
  );
}
