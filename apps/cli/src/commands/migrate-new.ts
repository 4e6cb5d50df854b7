import type { Command } from "../command.ts";

export const migrateNewCommand: Command = {
  name: "new",
  summary: "Draft the migrations that bring the database to what the resources say.",
  arguments: [["<name>", "words for the files' names: add_summary"]],
  options: [
    ["--rls", "Draft row-level security too, for resources with a tenant_key."],
    ["--database <name>", "Only this connection (default: all)."],
    ["--json", "Print the outcome as JSON on standard output."],
  ],
  examples: ["migrate new add_summary", "migrate new tenants --rls"],
  load: async () => (await import("./migrate-new-run.ts")).runMigrateNew,
};
