import { access } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { toError } from "@shaperail/core";
import type { Resource } from "@shaperail/resource";
import { checkFunctions, type ResourceFunctions } from "@shaperail/rest";
import { RuntimeError } from "./errors.ts";

/** Functions of every resource that names any, by the resource's name. */
export type LoadedFunctions = ReadonlyMap<string, ResourceFunctions>;

/** Exports by name. */
export type LoadedModule = Readonly<Record<string, unknown>>;

const EXTENSIONS = [".ts", ".mts", ".js", ".mjs"];

/**
 * Imports `<resource>.controller.ts` and `<resource>.handlers.ts` from the folder, for resources that name a controller or handler.
 * Node strips the types itself. Versions of a resource share their files.
 *
 * @throws RuntimeError `RUNTIME_MODULE_FAILED` when a file cannot be imported, RestError `REST_FUNCTION_MISSING` for a function that is not there.
 */
export async function loadFunctions(folder: string, resources: readonly Resource[]): Promise<LoadedFunctions> {
  const loaded = new Map<string, ResourceFunctions>();
  for (const [name, versions] of Map.groupBy(resources, (resource) => resource.name)) {
    const endpoints = versions.flatMap((resource) => resource.endpoints);
    const needsControllers = endpoints.some(({ before, after }) => before.length + after.length > 0);
    const needsHandlers = endpoints.some(({ kind }) => kind === "custom");
    if (!needsControllers && !needsHandlers) continue;
    const functions = {
      controllers: needsControllers ? ((await importModule(folder, `${name}.controller`)) ?? {}) : {},
      handlers: needsHandlers ? ((await importModule(folder, `${name}.handlers`)) ?? {}) : {},
    };
    for (const resource of versions) checkFunctions(resource, functions);
    loaded.set(name, functions);
  }
  return loaded;
}

/** What `<stem>.ts` of the folder, or its JavaScript, exports; undefined when there is no such file. */
export async function importModule(folder: string, stem: string): Promise<LoadedModule | undefined> {
  const file = await findModule(folder, stem);
  if (file === undefined) return undefined;
  try {
    return (await import(pathToFileURL(file).href)) as LoadedModule;
  } catch (error) {
    throw new RuntimeError(`${file} cannot be imported: ${toError(error).message}`, {
      code: "RUNTIME_MODULE_FAILED",
      hint: "Correct the file. Node removes types but does not transform: enums, namespaces and parameter properties are not available.",
      details: { file },
      cause: error,
    });
  }
}

/** Path of `<stem>.ts` of the folder, or of its JavaScript; undefined when there is no such file. */
export async function findModule(folder: string, stem: string): Promise<string | undefined> {
  for (const extension of EXTENSIONS) {
    const file = join(folder, stem + extension);
    if (await exists(file)) return file;
  }
  return undefined;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
