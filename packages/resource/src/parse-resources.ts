import { type Diagnostic, hasErrors } from "@shaperail/source";
import { checkProject } from "./check-project.ts";
import type { Resource } from "./model.ts";
import { type ReadFile, readResource, type ResourceFile, sortByPlace } from "./parse-resource.ts";
import { createProject } from "./project.ts";
import { primaryKeyOf } from "./read-field.ts";
import { toResource } from "./to-resource.ts";

export interface ParseResourcesOptions {
  /** Names of the configured databases. Undefined: any name is accepted. */
  readonly databases?: readonly string[];
}

export interface ParsedResources {
  /** The resources of the files without an error, in the order of the files. */
  readonly resources: readonly Resource[];
  /** Everything wrong, file by file, each in its order. */
  readonly diagnostics: readonly Diagnostic[];
  /** Text of every file by its path, for the frames of `formatDiagnostics`. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Reads the resource files of a project and applies every rule, also those about the files together. Never throws. */
export function parseResources(
  files: readonly ResourceFile[],
  { databases }: ParseResourcesOptions = {},
): ParsedResources {
  const readFiles = files.map(readResource);
  const reads = readFiles.flatMap(({ read }) => (read === undefined ? [] : [read]));
  const project = createProject(reads, { fileCount: files.length, databases });
  const across = Map.groupBy(checkProject(project), ({ span }) => span?.file);
  const primaryKeyIn = (name: string): string | undefined =>
    project
      .versionsOf(name)
      .map(primaryKeyOf)
      .find((key) => key !== undefined);
  const checked = readFiles.map(({ file, read, diagnostics }): ReadFile => {
    return { file, read, diagnostics: sortByPlace([...diagnostics, ...(across.get(file) ?? [])]) };
  });
  return {
    resources: checked.flatMap(({ file, read, diagnostics }) => {
      const usable = read !== undefined && !hasErrors(diagnostics);
      const resource = usable ? toResource(read, { file, primaryKeyOf: primaryKeyIn }) : undefined;
      return resource === undefined ? [] : [resource];
    }),
    diagnostics: checked.flatMap(({ diagnostics }) => diagnostics),
    sources: new Map(files.map(({ file, text }) => [file, text])),
  };
}
