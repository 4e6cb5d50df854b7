import type { Command } from "../command.ts";

export const tokenCommand: Command = {
  name: "token",
  summary: "Print an access token for development, signed with the project's secret.",
  options: [
    ["--sub <id>", "Whom the token is for."],
    ["--role <role>", "The role it has."],
    ["--tenant <id>", "The tenant it belongs to (default: none)."],
    ["--expires <duration>", "How long it is valid: 90s, 15m, 24h, 30d (default: 1h)."],
    ["--json", "Print the token with what it says as JSON on standard output."],
  ],
  examples: ["token --sub ann --role admin", "token --sub ann --role editor --tenant north --expires 15m"],
  load: async () => (await import("./token-run.ts")).runToken,
};
