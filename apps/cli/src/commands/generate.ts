import type { Command } from "../command.ts";

export const generateCommand: Command = {
  name: "generate",
  summary: "Write types, JSON Schemas and missing function stubs.",
  options: [
    ["--check", "Write nothing; end with 3 when something is out of date."],
    ["--json", "Print the paths as JSON on standard output."],
  ],
  examples: ["generate", "generate --check"],
  load: async () => (await import("./generate-run.ts")).runGenerate,
};
