import { stat } from "node:fs/promises";
import { formatDiagnostics } from "@shaperail/source";
import type { RunCommand } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import { describeResource } from "../explain/describe-resource.ts";
import { renderDescription } from "../explain/render-description.ts";
import { checkResources } from "../find-mistakes.ts";
import { pathIn } from "../project.ts";

export const runExplain: RunCommand = async (context, invocation) => {
  const { stdout, stderr } = context;
  const path = pathIn(context, invocation.argument(0) ?? "");
  const isFile = (await stat(path).catch(() => undefined))?.isFile() === true;
  if (!isFile || !path.endsWith(".yaml")) throw noResourceFile(path);
  const { resources, diagnostics, sources } = await checkResources(path, undefined);
  if (diagnostics.length > 0) stderr.write(`${formatDiagnostics(diagnostics, { sources, color: stderr.color })}\n\n`);
  const [resource] = resources;
  if (resource === undefined) return EXIT_CODES.failure;
  const description = describeResource(resource);
  if (invocation.flag("json")) stdout.write(`${JSON.stringify(description, null, 2)}\n`);
  else stdout.write(renderDescription(description));
  return EXIT_CODES.ok;
};

function noResourceFile(path: string): CliError {
  return new CliError(`${path} is not a resource file.`, {
    code: "CLI_NOTHING_FOUND",
    hint: "Name a file that ends in `.yaml`, such as resources/posts.yaml.",
  });
}
