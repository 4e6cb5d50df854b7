import {
  boolean,
  type Located,
  object,
  oneOfWords,
  optional,
  type Property,
  type ReadObject,
  required,
  type Shape,
  text,
} from "@shaperail/source";
import { conditioned } from "./condition.ts";
import type { RelationKind } from "./model.ts";
import { coded, uniqueList } from "./shape-parts.ts";

/** A relation as it stands in the file. */
export type ReadRelation = ReadObject<{
  readonly resource: Property<string, true>;
  readonly type: Property<RelationKind, true>;
  readonly key: Property<string, false>;
  readonly foreign_key: Property<string, false>;
}>;

/** An index as it stands in the file. */
export type ReadIndex = ReadObject<{
  readonly fields: Property<readonly Located<string>[], false>;
  readonly unique: Property<boolean, false>;
  readonly order: Property<"asc" | "desc", false>;
}>;

const fieldName = (description: string): Shape<string> =>
  text({ minLength: 1, expects: "the name of a field", description });

export const relationShape: Shape<ReadRelation> = conditioned(
  object(
    {
      resource: required(text({ minLength: 1, expects: "the name of a resource", description: "The other resource." })),
      type: required(oneOfWords(["belongs_to", "has_many", "has_one"], { description: "Who refers to whom." })),
      key: optional(fieldName("belongs_to: the field of this resource that refers to the other.")),
      foreign_key: optional(fieldName("has_many, has_one: the field of the other resource that refers to this one.")),
    },
    { expects: "a relation: a map with `resource` and `type`" },
  ),
  [
    { code: "SR060", when: { key: "type", is: ["belongs_to"] }, needs: ["key"] },
    { code: "SR061", when: { key: "type", isNot: ["belongs_to"] }, needs: ["foreign_key"] },
    { code: "SR067", when: { key: "type", is: ["belongs_to"] }, refuses: ["foreign_key"] },
    { code: "SR067", when: { key: "type", isNot: ["belongs_to"] }, refuses: ["key"] },
  ],
);

export const indexShape: Shape<ReadIndex> = conditioned(
  object(
    {
      fields: optional(
        coded(
          "SR070",
          uniqueList(coded("SR000", fieldName("A field of the schema.")), {
            minItems: 1,
            description: "Fields, first the one that is asked for most.",
          }),
        ),
      ),
      unique: optional(boolean({ description: "No two rows have the same values." })),
      order: optional(coded("SR072", oneOfWords(["asc", "desc"], { description: "Order of the last field." }))),
    },
    { expects: "an index: a map with `fields`" },
  ),
  [{ code: "SR070", needs: ["fields"] }],
);
