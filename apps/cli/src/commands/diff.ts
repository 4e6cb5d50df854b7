import type { Command } from "../command.ts";

export const diffCommand: Command = {
  name: "diff",
  summary: "Show what generate would change, and change nothing.",
  options: [["--json", "Print the changes as JSON on standard output."]],
  examples: ["diff", "diff --json"],
  load: async () => (await import("./diff-run.ts")).runDiff,
};
