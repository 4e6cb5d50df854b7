import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchServer } from "../bench-server.ts";
import { deriveProject } from "../derived-project.ts";
import { server as shaperail } from "./shaperail.ts";

/** The example, except that a post is followed by a job, which a worker elsewhere would run: what storing it costs is the difference. */
export const server: BenchServer = {
  name: "shaperail-job",
  describes: "the same, with a job stored together with each post",
  command: (context) => ({ ...shaperail.command(context), directory: projectWithJob() }),
};

function projectWithJob(): string {
  const directory = deriveProject({
    config: (text) => text.replace("concurrency: 5", "concurrency: 0"),
    posts: (text) => text.replace(/(\n {2}create:\n {4}auth: public)/, "$1\n    jobs: [announce]"),
  });
  writeFileSync(join(directory, "jobs/announce.ts"), "export async function handle(): Promise<void> {}\n");
  return directory;
}
