import type { Command } from "../command.ts";

export const explainCommand: Command = {
  name: "explain",
  summary: "Show what a resource file makes: routes, table, indexes and relations.",
  arguments: [["<file>", "a resource file"]],
  options: [["--json", "Print it as JSON on standard output."]],
  examples: ["explain resources/posts.yaml", "explain resources/posts.yaml --json"],
  load: async () => (await import("./explain-run.ts")).runExplain,
};
