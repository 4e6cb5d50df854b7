import type { Command } from "../command.ts";

export const initCommand: Command = {
  name: "init",
  summary: "Create a project that validates, migrates and serves as it is.",
  arguments: [["[name]", "name of the project and of its directory"]],
  options: [["--json", "Print the created files as JSON on standard output."]],
  examples: ["init my-app"],
  load: async () => (await import("./init-run.ts")).runInit,
};
