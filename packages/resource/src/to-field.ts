import type { Field, FieldReference, ItemType, ValueConstraints } from "./model.ts";
import type { ReadField, ReadItems } from "./shape-field.ts";

/** A field with every default filled in. */
export function toField(name: string, { values }: ReadField): Field {
  const {
    type = "json",
    primary = false,
    generated = false,
    required = false,
    unique = false,
    nullable = false,
    sensitive = false,
    transient = false,
    search = false,
    default: defaultValue,
    items,
  } = values;
  return {
    name,
    type,
    primary,
    generated,
    required,
    unique,
    nullable,
    sensitive,
    transient,
    search,
    default: defaultValue,
    items: items === undefined ? undefined : toItemType(items),
    ...toConstraints(values),
  };
}

type ReadConstraints = Pick<ReadField["values"], "min" | "max" | "format" | "values" | "ref">;

function toConstraints({ min, max, format, values, ref }: ReadConstraints): ValueConstraints {
  return {
    min,
    max,
    format,
    values: values?.map(({ value }) => value),
    ref: ref === undefined ? undefined : toReference(ref),
  };
}

function toItemType(items: ReadItems): ItemType {
  if (typeof items === "string") return { type: items, ...toConstraints({}) };
  return { type: items.values.type ?? "json", ...toConstraints(items.values) };
}

/** Takes `resource.field` apart. */
export function toReference(ref: string): FieldReference {
  const dot = ref.indexOf(".");
  return { resource: ref.slice(0, dot), field: ref.slice(dot + 1) };
}
