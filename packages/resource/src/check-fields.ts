import type { Diagnostic } from "@shaperail/source";
import { diagnose } from "./diagnose.ts";
import { unfit, type ValueRules } from "./default-value.ts";
import { inputOf } from "./endpoint-input.ts";
import { kindOf } from "./endpoint-kind.ts";
import { fieldNames, fieldOf } from "./read-field.ts";
import type { ReadField, ReadItems } from "./shape-field.ts";
import type { ReadResource } from "./shape-resource.ts";

/** Rules about fields that compare values or look at other fields. */
export function checkFields(resource: ReadResource): readonly Diagnostic[] {
  const fields = [...(resource.values.schema ?? [])];
  return [
    ...checkPrimary(resource),
    ...checkTenantKey(resource),
    ...fields.flatMap(([, { value }]) => [...checkBounds(value), ...checkItemBounds(value), ...checkDefault(value)]),
    ...checkTransient(resource),
    ...fields.flatMap(([name, { value }]) => (value.values.type === "file" ? checkCompanions(resource, name) : [])),
  ];
}

function checkPrimary(resource: ReadResource): readonly Diagnostic[] {
  const { schema } = resource.values;
  if (schema === undefined || schema.size === 0) return [];
  const primaries = [...schema.values()].filter(({ value }) => value.values.primary === true);
  // A field that could not be read may have been the primary one.
  const unread = [...schema.values()].some(({ value }) => value.has("primary") && value.values.primary === undefined);
  if (primaries.length === 0 && (unread || schema.size < fieldNames(resource).length)) return [];
  if (primaries.length === 0) return [diagnose("SR004", resource.keySpanOf("schema"))];
  return primaries.slice(1).map(({ value }) => diagnose("SR005", value.keySpanOf("primary")));
}

function checkTenantKey(resource: ReadResource): readonly Diagnostic[] {
  const name = resource.values.tenant_key;
  if (name === undefined) return [];
  const span = resource.spanOf("tenant_key");
  const field = fieldOf(resource, name)?.value.values;
  if (field === undefined)
    return fieldNames(resource).includes(name) ? [] : [diagnose("SR021", span, `The schema has no field \`${name}\`.`)];
  if (field.transient === true) return [diagnose("SR026", span, `\`${name}\` is transient: it has no column.`)];
  const isUuid = field.type === undefined || field.type === "uuid";
  return isUuid ? [] : [diagnose("SR020", span, `\`${name}\` is of type ${field.type}, not uuid.`)];
}

function checkBounds({ values: { min, max }, spanOf }: Pick<ReadField, "values" | "spanOf">): readonly Diagnostic[] {
  if (min === undefined || max === undefined || min <= max) return [];
  return [diagnose("SR018", spanOf("min"), `\`min\` is ${min}, which is above \`max\`, ${max}.`)];
}

function checkItemBounds({ values: { items } }: ReadField): readonly Diagnostic[] {
  if (items === undefined || typeof items === "string") return [];
  const { min, max } = items.values;
  if (min === undefined || max === undefined || min <= max) return [];
  return [diagnose("SR018", items.spanOf("min"), `\`min\` is ${min}, which is above \`max\`, ${max}.`)];
}

function checkDefault(field: ReadField): readonly Diagnostic[] {
  const { type, default: value, required = false, nullable = false } = field.values;
  if (type === undefined || !field.has("default")) return [];
  if (value === null && (nullable || !required)) return [];
  const expected = unfit(value, valueRules(type, field.values));
  return expected === undefined ? [] : [diagnose("SR023", field.spanOf("default"), `The default is not ${expected}.`)];
}

function valueRules(type: ValueRules["type"], values: ReadField["values"]): ValueRules {
  return {
    type,
    min: values.min,
    max: values.max,
    format: values.format,
    values: values.values?.map(({ value }) => value),
    items: values.items === undefined ? undefined : itemRules(values.items),
  };
}

function itemRules(items: ReadItems): ValueRules | undefined {
  if (typeof items === "string")
    return { type: items, min: undefined, max: undefined, format: undefined, values: undefined, items: undefined };
  const { type } = items.values;
  return type === undefined ? undefined : valueRules(type, items.values);
}

function checkTransient(resource: ReadResource): readonly Diagnostic[] {
  const endpoints = [...(resource.values.endpoints ?? [])];
  const sent = new Set(endpoints.flatMap(([action, { value }]) => inputOf(resource, kindOf(action), value)));
  return [...(resource.values.schema ?? [])]
    .filter(([name, { value }]) => value.values.transient === true && !sent.has(name))
    .map(([name, { keySpan }]) =>
      diagnose("SR025", keySpan, `No endpoint's input has the transient field \`${name}\`.`),
    );
}

/** Fields that are filled in from an upload, when they are declared. */
const COMPANIONS = { _filename: "string", _mime_type: "string", _size: "integer" } as const;

function checkCompanions(resource: ReadResource, name: string): readonly Diagnostic[] {
  return Object.entries(COMPANIONS).flatMap(([suffix, type]) => {
    const companion = fieldOf(resource, `${name}${suffix}`)?.value;
    if (companion?.values.type === undefined || companion.values.type === type) return [];
    return [
      diagnose(
        "SR056",
        companion.spanOf("type"),
        `\`${name}${suffix}\` describes the upload of \`${name}\` and is of type ${type}.`,
      ),
    ];
  });
}
