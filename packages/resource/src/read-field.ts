import { didYouMean, entryOf, type LocatedEntry } from "@shaperail/source";
import type { ReadField } from "./shape-field.ts";
import type { ReadResource } from "./shape-resource.ts";

/** Names of the fields the file declares, also of those that could not be read. */
export function fieldNames(resource: ReadResource): readonly string[] {
  const schema = entryOf(resource.node, "schema")?.value;
  return schema?.kind === "map" ? schema.entries.map(({ key }) => key) : [];
}

/** ` Did you mean …?` for the name of a field. A schema too long to be mistyped from memory gets none: comparing costs time. */
export function didYouMeanField(name: string, names: readonly string[]): string {
  return names.length > 200 ? "" : didYouMean(name, names);
}

/** The field, when the file declares it and it could be read. */
export function fieldOf(resource: ReadResource, name: string): LocatedEntry<ReadField> | undefined {
  return resource.values.schema?.get(name);
}

/** The name of the primary field. */
export function primaryKeyOf(resource: ReadResource): string | undefined {
  return [...(resource.values.schema ?? [])].find(([, { value }]) => value.values.primary === true)?.[0];
}
