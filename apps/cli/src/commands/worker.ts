import type { Command } from "../command.ts";

export const workerCommand: Command = {
  name: "worker",
  summary: "Work on background jobs without serving the API; in development restart when a file changes.",
  options: [
    [
      "-p, --port <port>",
      "Port of /health, /health/ready and /metrics (default: as `serve`; in development any free one).",
    ],
  ],
  hiddenOptions: ["--child"],
  examples: ["worker", "worker --port 9100"],
  load: async () => (await import("./worker-run.ts")).runWorker,
};
