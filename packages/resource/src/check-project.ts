import { type Diagnostic, didYouMean } from "@shaperail/source";
import { checkReferences } from "./check-references.ts";
import { checkRoutes } from "./check-routes.ts";
import { diagnose } from "./diagnose.ts";
import { createProject, databaseOf, type Project } from "./project.ts";
import { fieldNames, fieldOf, primaryKeyOf } from "./read-field.ts";
import type { ReadField } from "./shape-field.ts";
import type { ReadResource } from "./shape-resource.ts";

/** Every rule about the files of a project together. */
export function checkProject(project: Project): readonly Diagnostic[] {
  const { resources, versionsOf } = project;
  const isFirst = (resource: ReadResource): boolean =>
    versionsOf(resource.values.resource ?? "").find(({ values }) => values.version === resource.values.version) ===
    resource;
  const distinct = resources.filter(isFirst);
  return [
    ...resources.filter((resource) => !isFirst(resource)).map(duplicate),
    ...resources.flatMap((resource) => checkDatabaseName(resource, project)),
    ...checkReferences(project),
    // The routes of a file that is there twice collide one by one; saying it once is enough.
    ...checkRoutes(createProject(distinct, { fileCount: distinct.length, databases: undefined })),
    ...distinct.flatMap((resource) => checkAgreement(versionsOf(resource.values.resource ?? "")[0], resource)),
  ];
}

function duplicate(resource: ReadResource): Diagnostic {
  const { resource: name, version } = resource.values;
  return diagnose(
    "SR114",
    resource.spanOf("version"),
    `Version ${version} of \`${name}\` is declared by another file.`,
  );
}

function checkDatabaseName(resource: ReadResource, { databases }: Project): readonly Diagnostic[] {
  const { db } = resource.values;
  if (db === undefined || databases === undefined || databases.includes(db)) return [];
  return [diagnose("SR115", resource.spanOf("db"), `There is no database \`${db}\`.${didYouMean(db, databases)}`)];
}

/** Versions of a resource are views of one table: what decides where and whose its rows are must be the same. */
function checkAgreement(first: ReadResource | undefined, other: ReadResource): readonly Diagnostic[] {
  if (first === undefined || first === other) return [];
  const name = other.spanOf("resource");
  const differ = (what: string): Diagnostic =>
    diagnose("SR120", name, `This version and version ${first.values.version} have different ${what}.`);
  return [
    ...(databaseOf(first) === databaseOf(other) ? [] : [differ("databases")]),
    ...(first.values.tenant_key === other.values.tenant_key ? [] : [differ("tenant keys")]),
    ...(primaryKeyOf(first) === primaryKeyOf(other) ? [] : [differ("primary fields")]),
    ...fieldNames(other).flatMap((field) =>
      checkColumn(field, fieldOf(first, field)?.value, fieldOf(other, field)?.value),
    ),
  ];
}

function checkColumn(name: string, first: ReadField | undefined, other: ReadField | undefined): readonly Diagnostic[] {
  const [before, after] = [columnType(first), columnType(other)];
  if (other === undefined || before === undefined || after === undefined || before === after) return [];
  return [diagnose("SR120", other.spanOf("type"), `\`${name}\` is ${before} in another version, and ${after} here.`)];
}

function columnType(field: ReadField | undefined): string | undefined {
  const { type, items, transient = false } = field?.values ?? {};
  if (type === undefined || transient) return undefined;
  if (type !== "array" || items === undefined) return type;
  return `array of ${typeof items === "string" ? items : (items.values.type ?? "")}`;
}
