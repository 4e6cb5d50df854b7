import type { Field, ItemType, Resource } from "@shaperail/resource";

/** A field that has a column, as the table has it. */
export type StoredField = Field;

/**
 * The columns of a table from the versions that share it, in the order of their first appearance.
 *
 * A row may have been written through another version: the members of an enum are those of all, bounds are the widest, and a value may be
 * missing where one version may leave it out. The generated migrations make the columns by the same rules.
 */
export function storedFields(versions: readonly Resource[]): readonly StoredField[] {
  const byName = Map.groupBy(
    versions.flatMap(({ fields }) => fields.filter(({ transient }) => !transient)),
    ({ name }) => name,
  );
  return [...byName.values()].map((fields) => {
    const merged = fields.reduce(merge);
    const isEverywhere = fields.length === versions.length;
    return { ...merged, required: merged.required && (isEverywhere || merged.primary) };
  });
}

function merge(one: Field, other: Field): Field {
  return {
    ...one,
    ...widest(one, other),
    required: one.required && other.required,
    nullable: one.nullable || other.nullable,
    default: one.default ?? other.default,
    values: one.values && [...new Set([...one.values, ...(other.values ?? [])])],
    items: one.items && other.items && mergeItems(one.items, other.items),
  };
}

function mergeItems(one: ItemType, other: ItemType): ItemType {
  return {
    ...one,
    ...widest(one, other),
    values: one.values && [...new Set([...one.values, ...(other.values ?? [])])],
  };
}

function widest(one: Field | ItemType, other: Field | ItemType): Pick<Field, "min" | "max"> {
  return {
    min: one.min === undefined || other.min === undefined ? undefined : Math.min(one.min, other.min),
    max: one.max === undefined || other.max === undefined ? undefined : Math.max(one.max, other.max),
  };
}
