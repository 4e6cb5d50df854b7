import type { Command } from "../command.ts";

export const migrateCheckCommand: Command = {
  name: "check",
  summary:
    "Find what migrations would block or break in a service that is in use; with a database, also in the releases that are live.",
  options: [
    ["--from <version>", "Leave out files before this version: those that are applied everywhere."],
    ["--database <name>", "Only this connection (default: all)."],
    ["--json", "Print the findings as JSON on standard output."],
  ],
  examples: ["migrate check", "migrate check --from 12 --json"],
  load: async () => (await import("./migrate-check-run.ts")).runMigrateCheck,
};
