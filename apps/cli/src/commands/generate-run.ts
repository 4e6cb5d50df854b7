import type { RunCommand } from "../command.ts";
import { EXIT_CODES } from "../errors.ts";
import { outdatedFiles, writeGenerated } from "../generate/generated-files.ts";
import { inspectProject, writeWarnings } from "../project.ts";

export const runGenerate: RunCommand = async (context, invocation) => {
  const { stdout } = context;
  const json = invocation.flag("json");
  const project = await inspectProject(context);
  writeWarnings(context, project);
  const files = await outdatedFiles(project);
  const paths = files.map(({ path }) => path);
  if (invocation.flag("check")) {
    if (json) stdout.write(`${JSON.stringify({ out_of_date: paths })}\n`);
    else for (const path of paths) stdout.write(`Out of date: ${path}\n`);
    return paths.length === 0 ? EXIT_CODES.ok : EXIT_CODES.problemsFound;
  }
  await writeGenerated(project, files);
  if (json) stdout.write(`${JSON.stringify({ generated: paths })}\n`);
  else if (paths.length === 0) stdout.write("Nothing to generate.\n");
  else for (const path of paths) stdout.write(`Generated ${path}\n`);
  return EXIT_CODES.ok;
};
