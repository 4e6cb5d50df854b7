import type { Command } from "../command.ts";

export const checkCommand: Command = {
  name: "check",
  summary: "Check as validate does, and the migrations too; every finding with its code, fix and example.",
  arguments: [["[path]", "a resource file or a directory of them (default: resources)"]],
  options: [["--json", "Print the findings as JSON on standard output."]],
  examples: ["check", "check --json", "check resources/posts.yaml"],
  load: async () => (await import("./check-run.ts")).runCheck,
};
