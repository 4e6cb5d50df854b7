import { join } from "node:path";
import type { RunCommand } from "../command.ts";
import { EXIT_CODES } from "../errors.ts";
import { openProject, pathTo } from "../project.ts";
import { readSeeds } from "../seed/read-seeds.ts";
import { seedProject } from "../seed/seed-project.ts";

export const runSeed: RunCommand = async (context, invocation) => {
  const { stdout, stderr } = context;
  await using opened = await openProject(context, { needs: "databases" });
  const { project } = opened;
  const folder = join(pathTo(context), invocation.argument(0) ?? "seeds");
  const files = await readSeeds(folder, { resources: project.resources, color: stderr.color });
  const outcomes = await seedProject(project, { files, ifEmpty: invocation.flag("if-empty") });
  if (invocation.flag("json")) {
    stdout.write(`${JSON.stringify({ databases: outcomes })}\n`);
    return EXIT_CODES.ok;
  }
  for (const result of outcomes) {
    if (result.outcome === "skipped") stdout.write(`${result.table} has rows: nothing inserted\n`);
    else for (const { table, count } of result.tables) stdout.write(`${table}: ${count} record(s) inserted\n`);
  }
  return EXIT_CODES.ok;
};
