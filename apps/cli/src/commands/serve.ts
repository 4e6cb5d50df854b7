import type { Command } from "../command.ts";

export const serveCommand: Command = {
  name: "serve",
  summary: "Serve the API; in development restart it when a file changes.",
  options: [
    ["-p, --port <port>", "Port to listen on (default: SHAPERAIL_PORT, then `port` of the configuration)."],
    ["--check", "Print what would be served, and end."],
    ["--seed", "Insert the records of seeds/ when their tables are empty (development only)."],
    ["--json", "With --check, print JSON on standard output."],
  ],
  hiddenOptions: ["--child", "--process <position>"],
  examples: ["serve", "serve --port 4000 --seed", "serve --check"],
  load: async () => (await import("./serve-run.ts")).runServe,
};
