import type { Command } from "../command.ts";

export const doctorCommand: Command = {
  name: "doctor",
  summary: "Check the machine, the configuration and the servers it names.",
  options: [["--json", "Print the checks as JSON on standard output."]],
  examples: ["doctor", "doctor --json"],
  load: async () => (await import("./doctor-run.ts")).runDoctor,
};
