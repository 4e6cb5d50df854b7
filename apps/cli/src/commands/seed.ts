import type { Command } from "../command.ts";

export const seedCommand: Command = {
  name: "seed",
  summary: "Insert the records of seeds/*.yaml, all or none.",
  arguments: [["[path]", "a directory of seed files (default: seeds)"]],
  options: [
    ["--if-empty", "Do nothing when one of the tables has rows."],
    ["--json", "Print the outcome as JSON on standard output."],
  ],
  examples: ["seed", "seed --if-empty", "seed fixtures/demo"],
  load: async () => (await import("./seed-run.ts")).runSeed,
};
