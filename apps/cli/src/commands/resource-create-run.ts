import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseResources, type Resource, type ResourceFile } from "@shaperail/resource";
import { type Project, RESOURCE_FOLDER } from "@shaperail/runtime";
import { didYouMean } from "@shaperail/source";
import { ARCHETYPES, type Archetype, isArchetype } from "../archetype/archetypes.ts";
import type { RunCommand } from "../command.ts";
import { CliError, EXIT_CODES } from "../errors.ts";
import { createInitialMigrations, migrationTargets } from "../migrations.ts";
import { inspectProject, pathTo } from "../project.ts";

const NAME = /^[a-z][a-z0-9_]*$/;

export const runResourceCreate: RunCommand = async (context, invocation) => {
  const name = invocation.argument(0) ?? "";
  if (!NAME.test(name))
    throw usage(`"${name}" cannot be the name of a resource.`, "Use snake_case, such as blog_posts.");
  const archetype = toArchetype(invocation.value("archetype") ?? "basic");
  const project = await inspectProject(context);
  const file = join(pathTo(context), RESOURCE_FOLDER, `${name}.yaml`);
  await refuseExisting(project, { name, file });

  const text = ARCHETYPES[archetype]({ name, refTo: (other) => referenceTo(other, project.resources) });
  const resources = withNew(project, { file, text });
  await writeFile(file, text, { flag: "wx" });
  const created = [file];
  for (const target of migrationTargets({ ...project, resources }))
    created.push(...(await createInitialMigrations(target)));

  const { stdout } = context;
  if (invocation.flag("json")) stdout.write(`${JSON.stringify({ resource: name, archetype, files: created })}\n`);
  else for (const path of created) stdout.write(`Created ${path}\n`);
  return EXIT_CODES.ok;
};

function toArchetype(name: string): Archetype {
  if (isArchetype(name)) return name;
  const names = Object.keys(ARCHETYPES);
  throw usage(`There is no archetype "${name}".${didYouMean(name, names)}`, `Use one of ${names.join(", ")}.`);
}

interface Wanted {
  readonly name: string;
  readonly file: string;
}

async function refuseExisting({ directory, resources }: Project, { name, file }: Wanted): Promise<void> {
  const declared = resources.find((resource) => resource.name === name);
  const migrations = await readdir(join(directory, "migrations")).catch(() => []);
  const migration = migrations.find((other) => new RegExp(`^\\d+_create_${name}(?:\\.up)?\\.sql$`).test(other));
  const existing = declared?.file ?? (existsSync(file) ? file : migration && `migrations/${migration}`);
  if (existing === undefined) return;
  throw new CliError(`${existing} exists already.`, {
    code: "CLI_ALREADY_EXISTS",
    hint: "Choose another name, or change the file.",
  });
}

/** The resources of the project with the new one, all checked together before anything is written. */
function withNew({ resources, sources, config }: Project, added: ResourceFile): readonly Resource[] {
  const files = [...new Set(resources.map(({ file }) => file))].map((file) => ({
    file,
    text: sources.get(file) ?? "",
  }));
  const parsed = parseResources([...files, added], { databases: Object.keys(config.databases) });
  const mistake = parsed.diagnostics.find(({ severity }) => severity === "error");
  if (mistake === undefined) return parsed.resources;
  throw usage(mistake.message, mistake.fix ?? "Choose another name.");
}

/** A reference to a resource that is there and has a key that can be referred to. */
function referenceTo(name: string, resources: readonly Resource[]): string {
  const fits = resources.some(
    (resource) =>
      resource.name === name &&
      resource.db === "default" &&
      resource.fields.some((field) => field.name === "id" && field.primary && field.type === "uuid"),
  );
  return fits ? `, ref: ${name}.id` : "";
}

function usage(message: string, hint: string): CliError {
  return new CliError(message, { code: "CLI_USAGE", hint, exitCode: EXIT_CODES.usage });
}
