import type { Command } from "../command.ts";

export const seedCommand: Command = {
  name: "seed",
  summary: "Insert the records of seeds/*.yaml, all or none.",
  arguments: [["[path]", "a directory of seed files (default: seeds)"]],
  options: [
    ["--if-empty", "Do nothing when one of the tables has rows."],
    ["--upsert", "Change rows that are there, by the unique key of each record, instead of refusing them."],
    ["--json", "Print the outcome as JSON on standard output."],
  ],
  examples: ["seed", "seed --if-empty", "seed --upsert", "seed fixtures/demo"],
  load: async () => (await import("./seed-run.ts")).runSeed,
};
