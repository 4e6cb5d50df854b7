import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Diagnostic, SourceSpan } from "@shaperail/source";
import { diagnose } from "./diagnose.ts";
import { ResourceError } from "./errors.ts";
import type { ResourceFile } from "./parse-resource.ts";
import { type ParsedResources, parseResources, type ParseResourcesOptions } from "./parse-resources.ts";

/**
 * Reads every `*.yaml` of a folder, sorted by name, as {@link parseResources} does. Hidden files and sub-folders are left alone.
 *
 * Throws {@link ResourceError} when the folder or a file cannot be read; what is wrong in a file is a diagnostic.
 */
export async function loadResources(directory: string, options?: ParseResourcesOptions): Promise<ParsedResources> {
  const names = await listFiles(directory);
  const files = await Promise.all(
    names.filter((name) => name.endsWith(".yaml")).map((name) => readText(join(directory, name))),
  );
  const parsed = parseResources(files, options);
  const misnamed = names.filter((name) => name.endsWith(".yml")).map((name) => misnamedFile(join(directory, name)));
  return { ...parsed, diagnostics: [...misnamed, ...parsed.diagnostics] };
}

async function listFiles(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => name)
      .toSorted();
  } catch (error) {
    throw new ResourceError(`The folder ${directory} cannot be read.`, {
      code: "RESOURCE_DIRECTORY_UNREADABLE",
      hint: "Create it, or run the command from the root of the project.",
      details: { directory },
      cause: error,
    });
  }
}

async function readText(file: string): Promise<ResourceFile> {
  try {
    return { file, text: new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file)) };
  } catch (error) {
    throw new ResourceError(`The file ${file} cannot be read.`, {
      code: "RESOURCE_FILE_UNREADABLE",
      hint: "Check its permissions, and that it is saved as UTF-8.",
      details: { file },
      cause: error,
    });
  }
}

function misnamedFile(file: string): Diagnostic {
  const start = { line: 1, column: 1, offset: 0 };
  const span: SourceSpan = { file, start, end: start };
  return diagnose("SR121", span, `${file} is not read: the name of a resource file ends in \`.yaml\`.`);
}
