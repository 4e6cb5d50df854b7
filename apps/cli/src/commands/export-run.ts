import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { createTypeScriptClient, renderOpenApi } from "@shaperail/openapi";
import { resourceJsonSchema } from "@shaperail/resource";
import { describeApi } from "@shaperail/runtime";
import type { RunCommand } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import { inspectProject } from "../project.ts";
import { writeOutput } from "../write-output.ts";

export const runExportOpenapi: RunCommand = async (context, invocation) => {
  const output = invocation.value("output");
  const format = output !== undefined && /\.ya?ml$/i.test(output) ? "yaml" : "json";
  await writeOutput(context, renderOpenApi(await describeApi(await inspectProject(context)), format), output);
  return EXIT_CODES.ok;
};

export const runExportSdk: RunCommand = async (context, invocation) => {
  const language = invocation.value("lang") ?? "ts";
  if (language !== "ts") {
    throw new CliError(`There is no client in the language "${language}".`, {
      code: "CLI_USAGE",
      hint: "Use --lang ts, or give the document of `shaperail export openapi` to another generator.",
    });
  }
  const output = invocation.value("output") ?? "sdk";
  const files = createTypeScriptClient(await describeApi(await inspectProject(context)));
  for (const [name, contents] of files) {
    const file = resolve(context.directory, output, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, contents);
  }
  const paths = [...files.keys()].map((name) => join(output, name)).toSorted();
  const { stdout } = context;
  if (invocation.flag("json")) stdout.write(`${JSON.stringify({ generated: paths })}\n`);
  else for (const path of paths) stdout.write(`Generated ${path}\n`);
  return EXIT_CODES.ok;
};

export const runExportJsonSchema: RunCommand = async (context, invocation) => {
  const schema = `${JSON.stringify(resourceJsonSchema(), null, 2)}\n`;
  await writeOutput(context, schema, invocation.value("output"));
  return EXIT_CODES.ok;
};
