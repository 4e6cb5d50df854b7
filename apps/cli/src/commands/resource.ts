import type { CommandGroup } from "../command.ts";

export const resourceCommand: CommandGroup = {
  name: "resource",
  summary: "Add a resource to the project.",
  examples: ["resource create articles --archetype content"],
  commands: [
    {
      name: "create",
      summary: "Write a resource file and the migration that makes its table.",
      arguments: [["<name>", "name of the resource and its table: snake_case, plural"]],
      options: [
        ["-a, --archetype <archetype>", "What it is like: basic, user, content, tenant or lookup (default: basic)."],
        ["--json", "Print the created files as JSON on standard output."],
      ],
      examples: ["resource create tags", "resource create articles --archetype content"],
      load: async () => (await import("./resource-create-run.ts")).runResourceCreate,
    },
  ],
};
