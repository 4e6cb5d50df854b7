import { type Diagnostic, didYouMean, type SourceSpan } from "@shaperail/source";
import { diagnose } from "./diagnose.ts";
import type { FieldReference } from "./model.ts";
import { databaseOf, fieldInVersions, type Project } from "./project.ts";
import { didYouMeanField, fieldNames, primaryKeyOf } from "./read-field.ts";
import type { ReadField } from "./shape-field.ts";
import type { ReadRelation } from "./shape-relation.ts";
import type { ReadResource } from "./shape-resource.ts";
import { toReference } from "./to-field.ts";

/** Rules about what one resource says of another: references and relations. */
export function checkReferences(project: Project): readonly Diagnostic[] {
  return project.resources.flatMap((resource) => [
    ...[...(resource.values.schema ?? [])].flatMap(([, { value }]) => checkFieldReferences(project, resource, value)),
    ...[...(resource.values.relations ?? [])].flatMap(([, { value }]) => checkRelation(project, resource, value)),
  ]);
}

interface PlacedReference extends FieldReference {
  readonly span: SourceSpan;
}

function checkFieldReferences(project: Project, resource: ReadResource, field: ReadField): readonly Diagnostic[] {
  const { ref, items } = field.values;
  const itemRef = items === undefined || typeof items === "string" ? undefined : items.values.ref;
  return [
    ...(ref === undefined ? [] : checkReference(project, resource, { ...toReference(ref), span: field.spanOf("ref") })),
    ...(itemRef === undefined || items === undefined || typeof items === "string"
      ? []
      : checkReference(project, resource, { ...toReference(itemRef), span: items.spanOf("ref") })),
  ];
}

function checkReference(project: Project, from: ReadResource, reference: PlacedReference): readonly Diagnostic[] {
  const { resource, field: name, span } = reference;
  const versions = project.versionsOf(resource);
  if (versions.length === 0) {
    if (!project.complete) return [];
    return [diagnose("SR110", span, `No file declares \`${resource}\`.${didYouMean(resource, project.names)}`)];
  }
  const elsewhere = checkDatabase(from, versions, span);
  if (elsewhere.length > 0) return elsewhere;
  const names = versions.flatMap(fieldNames);
  if (!names.includes(name))
    return [diagnose("SR111", span, `\`${resource}\` has no field \`${name}\`.${didYouMeanField(name, names)}`)];
  const { type, primary = false, unique = false, transient = false } = fieldInVersions(versions, name)?.values ?? {};
  if (type === undefined || (type === "uuid" && (primary || unique) && !transient)) return [];
  return [diagnose("SR111", span, `\`${resource}.${name}\` is not a uuid that is primary or unique.`)];
}

function checkRelation(project: Project, from: ReadResource, relation: ReadRelation): readonly Diagnostic[] {
  const { resource: target } = relation.values;
  if (target === undefined) return [];
  const span = relation.spanOf("resource");
  const versions = project.versionsOf(target);
  if (versions.length === 0) {
    if (!project.complete) return [];
    return [diagnose("SR112", span, `No file declares \`${target}\`.${didYouMean(target, project.names)}`)];
  }
  const elsewhere = checkDatabase(from, versions, span);
  return elsewhere.length > 0 ? elsewhere : checkRelationFields(from, versions, relation);
}

function checkRelationFields(
  from: ReadResource,
  versions: readonly ReadResource[],
  { values, spanOf }: ReadRelation,
): readonly Diagnostic[] {
  const isBelongsTo = values.type === "belongs_to";
  const key = isBelongsTo ? "key" : "foreign_key";
  const here = isBelongsTo ? values.key : primaryKeyOf(from);
  const there = isBelongsTo ? versions.map(primaryKeyOf).find((name) => name !== undefined) : values.foreign_key;
  if (here === undefined || there === undefined) return [];
  const names = versions.flatMap(fieldNames);
  if (!names.includes(there))
    return [
      diagnose(
        "SR113",
        spanOf(key),
        `\`${values.resource}\` has no field \`${there}\`.${didYouMeanField(there, names)}`,
      ),
    ];
  const near = fieldInVersions([from], here)?.values;
  const far = fieldInVersions(versions, there)?.values;
  // A field that could not be read, or is not there, has been reported.
  if (near?.type === undefined || far?.type === undefined) return [];
  if (far.transient === true)
    return [diagnose("SR113", spanOf(key), `\`${values.resource}.${there}\` is transient: it has no column.`)];
  if (near.type === far.type) return [];
  const difference = `\`${here}\` is of type ${near.type}, \`${values.resource}.${there}\` of type ${far.type}.`;
  return [diagnose("SR113", spanOf(key), difference)];
}

function checkDatabase(from: ReadResource, versions: readonly ReadResource[], span: SourceSpan): readonly Diagnostic[] {
  const here = databaseOf(from);
  if (versions.some((version) => databaseOf(version) === here)) return [];
  const there = versions.map(databaseOf).join(", ");
  return [diagnose("SR119", span, `This resource is in the database \`${here}\`, the other in \`${there}\`.`)];
}
