import type { Command } from "../command.ts";

export const healthcheckCommand: Command = {
  name: "healthcheck",
  summary: "Ask a running server whether it is ready: for containers without a shell.",
  options: [
    ["-p, --port <port>", "Port to ask on this machine (default: that of the configuration and the environment)."],
    ["--url <url>", "Complete URL to ask instead."],
    ["--live", "Ask whether it is alive, not whether it is ready."],
    ["--timeout <ms>", "Longest wait for the answer, in milliseconds (default: 3000)."],
  ],
  examples: ["healthcheck", "healthcheck --port 3000", "healthcheck --url http://10.0.0.7:3000/health/ready"],
  load: async () => (await import("./healthcheck-run.ts")).runHealthcheck,
};
