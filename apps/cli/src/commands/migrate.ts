import type { Command } from "../command.ts";
import { migrateCheckCommand } from "./migrate-check.ts";
import { migrateNewCommand } from "./migrate-new.ts";

export const migrateCommand: Command = {
  name: "migrate",
  summary: "Create missing initial migrations and apply what is pending.",
  options: [
    ["--dry-run", "Print what would be created and applied, and change nothing."],
    ["--to <version>", "Apply nothing after this version."],
    ["--rollback", "Undo the last applied migration, and only that one."],
    ["--status", "Show which migrations are applied, and change nothing."],
    ["--database <name>", "Only this connection (default: all; --rollback and --to: default)."],
    ["--allow-out-of-order", "Apply also files with a lower number than the last applied one."],
    ["--accept-edited <file>", "Take an applied file that was changed for right as it is now."],
    ["--no-check", "Apply without looking first for what would block or break a service in use."],
    ["--json", "Print the outcome as JSON on standard output."],
  ],
  examples: [
    "migrate",
    "migrate --dry-run",
    "migrate --to 12",
    "migrate --status",
    "migrate --rollback",
    "migrate new add_summary",
    "migrate check",
  ],
  subcommands: [migrateNewCommand, migrateCheckCommand],
  load: async () => (await import("./migrate-run.ts")).runMigrate,
};
