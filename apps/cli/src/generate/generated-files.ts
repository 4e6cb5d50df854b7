import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { configJsonSchema } from "@shaperail/config";
import { resourceJsonSchema } from "@shaperail/resource";
import { generateJobStubs, generateStubs, generateTypes } from "@shaperail/rest/generate";
import { type Project, RESOURCE_FOLDER } from "@shaperail/runtime";
import { openStateFolder, STATE_FOLDER } from "../postgres/home.ts";
import { jobSources } from "./job-sources.ts";

/** A file that `generate` writes, beside what is on disk now. */
export interface GeneratedFile {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly contents: string;
  /** Undefined: there is no such file. */
  readonly existing: string | undefined;
}

/** The files that are not as the project says they should be, sorted by path. Nothing is written. */
export async function outdatedFiles(project: Project): Promise<readonly GeneratedFile[]> {
  return [...(await outdatedDerivedFiles(project)), ...(await missingStubs(project))].toSorted((left, right) =>
    left.path < right.path ? -1 : 1,
  );
}

/** Those that nobody edits: the types and the schemas. */
export async function outdatedDerivedFiles(project: Project): Promise<readonly GeneratedFile[]> {
  const derived = await Promise.all(
    [...(await derivedFiles(project))].map(async ([path, contents]) => ({
      path,
      contents,
      existing: await read(project, path),
    })),
  );
  return derived.filter(({ contents, existing }) => contents !== existing);
}

/** Writes the files, and the folder for those that git does not see. */
export async function writeGenerated({ directory }: Project, files: readonly GeneratedFile[]): Promise<void> {
  await openStateFolder(directory);
  for (const { path, contents } of files) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, contents);
  }
}

/** What follows from the resource files and this version of the command alone. */
async function derivedFiles(project: Project): Promise<ReadonlyMap<string, string>> {
  const { directory, resources } = project;
  const resourceSchema = toText(resourceJsonSchema());
  const files = new Map([
    [`${STATE_FOLDER}/types.ts`, generateTypes(resources, await jobSources(project))],
    [`${STATE_FOLDER}/resource.schema.json`, resourceSchema],
    [`${STATE_FOLDER}/config.schema.json`, toText(configJsonSchema())],
  ]);
  // The copy that `init` puts beside the resource files, so that an editor finds it before anything is generated.
  const beside = `${RESOURCE_FOLDER}/.schema.json`;
  if (existsSync(join(directory, beside))) files.set(beside, resourceSchema);
  return files;
}

/** The server loads any of these. */
const MODULE_ENDINGS = [".ts", ".mts", ".js", ".mjs"];

/** Functions that the project names and that nobody has begun to write. A file that exists is never touched. */
async function missingStubs(project: Project): Promise<readonly GeneratedFile[]> {
  const { directory, resources } = project;
  const ofResources = generateStubs(resources).map(({ fileName, contents }) => ({
    path: `${RESOURCE_FOLDER}/${fileName}`,
    contents,
  }));
  const ofJobs = generateJobStubs(resources, await jobSources(project)).map(({ fileName, contents }) => ({
    path: fileName,
    contents,
  }));
  return [...ofResources, ...ofJobs]
    .filter(({ path }) => MODULE_ENDINGS.every((ending) => !existsSync(join(directory, path.replace(/\.ts$/, ending)))))
    .map((stub) => ({ ...stub, existing: undefined }));
}

async function read({ directory }: Project, path: string): Promise<string | undefined> {
  try {
    return await readFile(join(directory, path), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function toText(schema: unknown): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
