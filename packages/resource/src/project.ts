import type { ReadField } from "./shape-field.ts";
import type { ReadResource } from "./shape-resource.ts";
import { fieldOf } from "./read-field.ts";

/** The resources of a project as they were read, for the rules that look across files. */
export interface Project {
  readonly resources: readonly ReadResource[];
  /** Every file could be read and says its name: a resource that is not here does not exist. */
  readonly complete: boolean;
  /** Names of the configured databases; undefined: unknown. */
  readonly databases: readonly string[] | undefined;
  /** The versions of a resource; empty: none. */
  versionsOf(name: string): readonly ReadResource[];
  readonly names: readonly string[];
}

export interface ProjectOptions {
  /** How many files there are, whether or not they could be read. */
  readonly fileCount: number;
  readonly databases: readonly string[] | undefined;
}

export function createProject(resources: readonly ReadResource[], { fileCount, databases }: ProjectOptions): Project {
  const named = resources.filter(({ values }) => values.resource !== undefined);
  const byName = Map.groupBy(named, ({ values }) => values.resource ?? "");
  return {
    resources: named,
    complete: named.length === fileCount,
    databases,
    versionsOf: (name) => byName.get(name) ?? [],
    names: [...byName.keys()],
  };
}

/** The field in the first version that declares it. */
export function fieldInVersions(versions: readonly ReadResource[], name: string): ReadField | undefined {
  return versions.map((version) => fieldOf(version, name)?.value).find((field) => field !== undefined);
}

/** Name of the database of a resource. */
export function databaseOf(resource: ReadResource): string {
  return resource.values.db ?? "default";
}
