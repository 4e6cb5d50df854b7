import type { Command, CommandGroup } from "../command.ts";

const JSON_OPTION = ["--json", "Print the outcome as JSON on standard output."] as const;

const statusCommand: Command = {
  name: "status",
  summary: "Show how many jobs wait, run and failed, or all that is known of one.",
  arguments: [["[id]", "id of a job (default: an overview)"]],
  options: [["--watch", "Show it anew every second until Ctrl-C; on a terminal only."], JSON_OPTION],
  examples: ["jobs status", "jobs status --watch", "jobs status 3f0f1f8e-4b0c-4d59-9e55-0d8e1f0a2b3c --json"],
  load: async () => (await import("./jobs-status-run.ts")).runJobsStatus,
};

export const jobsCommand: CommandGroup = {
  name: "jobs",
  summary: "Look at background jobs, and run dead letters again.",
  examples: ["jobs status", "jobs dead", "jobs retry <id>"],
  commands: [
    statusCommand,
    {
      name: "dead",
      summary: "List the jobs that failed for good, the latest first.",
      options: [["--limit <count>", "How many (default: 100)."], JSON_OPTION],
      examples: ["jobs dead", "jobs dead --limit 5 --json"],
      load: async () => (await import("./jobs-dead-run.ts")).runJobsDead,
    },
    {
      name: "retry",
      summary: "Run a job that failed for good again, with all its attempts.",
      arguments: [["<id>", "id of the job, as `jobs dead` shows it"]],
      options: [JSON_OPTION],
      examples: ["jobs retry 3f0f1f8e-4b0c-4d59-9e55-0d8e1f0a2b3c"],
      load: async () => (await import("./jobs-retry-run.ts")).runJobsRetry,
    },
    {
      name: "drop",
      summary: "Forget a job that is not running, for good.",
      arguments: [["<id>", "id of the job"]],
      options: [JSON_OPTION],
      examples: ["jobs drop 3f0f1f8e-4b0c-4d59-9e55-0d8e1f0a2b3c"],
      load: async () => (await import("./jobs-drop-run.ts")).runJobsDrop,
    },
  ],
};

/** What `jobs status` was called before it had siblings. */
export const jobsStatusAlias: Command = {
  ...statusCommand,
  name: "jobs:status",
  isHidden: true,
  examples: ["jobs:status"],
};
