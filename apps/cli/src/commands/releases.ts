import type { CommandGroup } from "../command.ts";

const DATABASE = ["--database <name>", "Only this connection (default: all)."] as const;
const JSON_OPTION = ["--json", "Print the outcome as JSON on standard output."] as const;

export const releasesCommand: CommandGroup = {
  name: "releases",
  summary: "Show and end the releases whose columns migrations must leave alone.",
  examples: ["releases list", "releases retire v1.4.0", "releases retire --all-but v1.5.0", "releases record"],
  commands: [
    {
      name: "list",
      summary: "List the releases that were recorded, and when each was last seen.",
      options: [DATABASE, JSON_OPTION],
      examples: ["releases list", "releases list --json"],
      load: async () => (await import("./releases-run.ts")).runReleasesList,
    },
    {
      name: "retire",
      summary: "Say that no process of a release is left, so that migrations may take what only it used.",
      arguments: [["[release]", "the release that has ended"]],
      options: [["--all-but <release>", "Every release but this one: the end of a rollout."], DATABASE, JSON_OPTION],
      examples: ["releases retire v1.4.0", "releases retire --all-but v1.5.0"],
      load: async () => (await import("./releases-run.ts")).runReleasesRetire,
    },
    {
      name: "record",
      summary: "Record the project as it is here, before it is rolled out or where another program serves it.",
      options: [
        ["--release <name>", "Its name (default: SHAPERAIL_RELEASE, or version and hash)."],
        DATABASE,
        JSON_OPTION,
      ],
      examples: ["releases record", "releases record --release v1.5.0"],
      load: async () => (await import("./releases-run.ts")).runReleasesRecord,
    },
  ],
};
