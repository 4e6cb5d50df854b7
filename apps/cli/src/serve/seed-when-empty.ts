import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "@shaperail/runtime";
import { type CommandContext } from "../command.ts";
import { pathTo } from "../project.ts";
import { readSeeds } from "../seed/read-seeds.ts";
import { seedProject } from "../seed/seed-project.ts";

/** Loads seeds/ into tables that have no rows yet, and says what it did; a project without seeds is left alone. */
export async function seedWhenEmpty(context: CommandContext, project: Project): Promise<void> {
  const { stderr } = context;
  const folder = join(pathTo(context), "seeds");
  if (!existsSync(folder)) return;
  const files = await readSeeds(folder, { resources: project.resources, color: stderr.color });
  for (const result of await seedProject(project, { files, mode: "if-empty" })) {
    if (result.outcome !== "inserted") continue;
    for (const { table, count } of result.tables) stderr.write(`${table}: ${count} record(s) inserted\n`);
  }
}
