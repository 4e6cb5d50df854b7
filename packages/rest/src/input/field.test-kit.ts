import type { Field } from "@shaperail/resource";

/** A field with everything off but what a test is about. */
export function field(partial: Partial<Field> & Pick<Field, "type">): Field {
  return {
    name: "value",
    primary: false,
    generated: false,
    required: false,
    unique: false,
    nullable: false,
    sensitive: false,
    transient: false,
    search: false,
    default: undefined,
    items: undefined,
    min: undefined,
    max: undefined,
    format: undefined,
    values: undefined,
    ref: undefined,
    ...partial,
  };
}
