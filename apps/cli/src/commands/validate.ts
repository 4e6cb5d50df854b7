import type { Command } from "../command.ts";

export const validateCommand: Command = {
  name: "validate",
  summary: "Check the resource files and the project configuration.",
  arguments: [["[path]", "a resource file or a directory of them (default: resources)"]],
  options: [["--json", "Print every mistake as JSON on standard output."]],
  examples: ["validate", "validate resources/posts.yaml", "validate --json"],
  load: async () => (await import("./validate-run.ts")).runValidate,
};
