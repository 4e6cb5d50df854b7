import type { Resource } from "@shaperail/resource";

/** What a document does not say about rows: which field identifies one, and which refers to one. */
export interface Relations {
  /** By the name of the resource. */
  readonly primaryKeys: ReadonlyMap<string, string>;
  /** From `samples.owner_id` to `owners`; the elements of arrays too. */
  readonly references: ReadonlyMap<string, string>;
}

export function relationsOf(resources: readonly Resource[]): Relations {
  return {
    primaryKeys: new Map(resources.map(({ name, primaryKey }) => [name, primaryKey])),
    references: new Map(
      resources.flatMap(({ name, fields }) =>
        fields.flatMap((field): [string, string][] => {
          const target = (field.ref ?? field.items?.ref)?.resource;
          return target === undefined ? [] : [[`${name}.${field.name}`, target]];
        }),
      ),
    ),
  };
}
