import type { Command } from "../command.ts";

export const doctorCommand: Command = {
  name: "doctor",
  summary: "Check the machine, the configuration and the servers it names.",
  options: [
    ["--json", "Print the checks as JSON on standard output."],
    ["--connections", "Count the connections the application may open against what the database has to give."],
    ["--replicas <count>", "With --connections: replicas of the application."],
    ["--surge <count>", "With --connections: replicas that run besides during a rollout; 0 without it."],
  ],
  examples: ["doctor", "doctor --json", "doctor --connections --replicas 4 --surge 1"],
  load: async () => (await import("./doctor-run.ts")).runDoctor,
};
