import type { CommandGroup } from "../command.ts";

export const keysCommand: CommandGroup = {
  name: "keys",
  summary: "Create, list and revoke the API keys of programs.",
  examples: ['keys create --role reader --label "nightly reports"', "keys list", "keys revoke <id>"],
  commands: [
    {
      name: "create",
      summary: "Make a key and print it: it is shown this once.",
      options: [
        ["--role <role>", "The role it has."],
        ["--label <text>", "What people call it."],
        ["--tenant <id>", "The tenant it belongs to (default: none)."],
        ["--sub <id>", "Whom it acts for (default: the key's own id)."],
        ["--expires <duration>", "How long it is accepted: 24h, 90d (default: until it is revoked)."],
        ["--json", "Print the key with what is known of it as JSON on standard output."],
      ],
      examples: [
        'keys create --role reader --label "nightly reports"',
        "keys create --role editor --label import --tenant north --expires 90d",
      ],
      load: async () => (await import("./keys-create-run.ts")).runKeysCreate,
    },
    {
      name: "list",
      summary: "List every key with its role, state and last use; never the key itself.",
      options: [["--json", "Print the keys as JSON on standard output."]],
      examples: ["keys list", "keys list --json"],
      load: async () => (await import("./keys-list-run.ts")).runKeysList,
    },
    {
      name: "revoke",
      summary: "End a key.",
      arguments: [["<id>", "id of the key, as `keys list` shows it"]],
      options: [["--json", "Print what was revoked as JSON on standard output."]],
      examples: ["keys revoke 3f0f1f8e-4b0c-4d59-9e55-0d8e1f0a2b3c"],
      load: async () => (await import("./keys-revoke-run.ts")).runKeysRevoke,
    },
  ],
};
