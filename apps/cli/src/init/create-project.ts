import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { planInitialMigrations } from "@shaperail/db/migrate";
import { loadResources, resourceJsonSchema } from "@shaperail/resource";
import { CliError } from "../errors.ts";
import { packageVersion } from "../version.ts";
import { renderTemplate, targetPath, type TemplateValues } from "./render-template.ts";

const TEMPLATES = fileURLToPath(new URL("../../templates", import.meta.url));

/**
 * Writes a new project into a new directory; returns the paths of its files, relative to it.
 *
 * @throws {@link CliError} `CLI_ALREADY_EXISTS`
 */
export async function createProject(directory: string, name: string): Promise<string[]> {
  const values: TemplateValues = {
    name,
    package: name.toLowerCase(),
    database: name.toLowerCase().replaceAll("-", "_"),
    version: packageVersion(),
    secret: randomBytes(48).toString("base64"),
  };
  await makeDirectory(directory, name);
  const written: string[] = [];
  const write = async (path: string, contents: string): Promise<void> => {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    // A secret is in `.env`; nobody else on this machine has to read it.
    await writeFile(file, contents, path === ".env" ? { mode: 0o600 } : {});
    written.push(path);
  };
  for (const template of await listTemplates()) {
    await write(targetPath(template), renderTemplate(await readFile(join(TEMPLATES, template), "utf8"), values));
  }
  await write("resources/.schema.json", `${JSON.stringify(resourceJsonSchema(), null, 2)}\n`);
  const { resources } = await loadResources(join(directory, "resources"));
  // The configuration that was just written has `auth`.
  const { files } = planInitialMigrations({ tables: resources, existingFiles: [], auth: true });
  for (const { fileName, contents } of files) await write(`migrations/${fileName}`, contents);
  return written.toSorted();
}

async function makeDirectory(directory: string, name: string): Promise<void> {
  try {
    await mkdir(directory);
  } catch (error) {
    const exists = error instanceof Error && "code" in error && error.code === "EEXIST";
    if (!exists) throw error;
    throw new CliError(`${name} exists already.`, {
      code: "CLI_ALREADY_EXISTS",
      hint: "Choose another name, or remove the directory.",
      cause: error,
    });
  }
}

async function listTemplates(): Promise<string[]> {
  const entries = await readdir(TEMPLATES, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(TEMPLATES, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
    .toSorted();
}
