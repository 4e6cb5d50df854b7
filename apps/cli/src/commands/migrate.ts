import type { Command } from "../command.ts";

export const migrateCommand: Command = {
  name: "migrate",
  summary: "Create missing initial migrations and apply what is pending.",
  options: [
    ["--rollback", "Undo the last applied migration, and only that one."],
    ["--status", "Show which migrations are applied, and change nothing."],
    ["--json", "Print the outcome as JSON on standard output."],
  ],
  examples: ["migrate", "migrate --status", "migrate --rollback"],
  load: async () => (await import("./migrate-run.ts")).runMigrate,
};
