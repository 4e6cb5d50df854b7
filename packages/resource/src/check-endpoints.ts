import { type Diagnostic, type Located, type LocatedEntry, type SourceSpan } from "@shaperail/source";
import { diagnose } from "./diagnose.ts";
import { inputOf } from "./endpoint-input.ts";
import { kindOf, OWNERLESS, takes } from "./endpoint-kind.ts";
import type { FieldType } from "./model.ts";
import { didYouMeanField, fieldNames, fieldOf } from "./read-field.ts";
import type { ReadEndpoint } from "./shape-endpoint.ts";
import type { ReadResource } from "./shape-resource.ts";

/** Rules about endpoints that look at the schema. */
export function checkEndpoints(resource: ReadResource): readonly Diagnostic[] {
  return [...(resource.values.endpoints ?? [])].flatMap(([action, endpoint]) => [
    ...QUERY_LISTS.flatMap((list) => checkQueryList(resource, list, endpoint.value)),
    ...checkInput(resource, action, endpoint.value),
    ...(OWNERLESS.includes(kindOf(action)) ? [] : checkOwner(resource, endpoint.value)),
    ...(takes(action, "soft_delete") ? checkSoftDelete(resource, endpoint.value) : []),
    ...(takes(action, "upload") ? checkUpload(resource, action, endpoint.value) : []),
    ...checkIndexed(resource, endpoint.value),
    ...checkCreatable(resource, action, endpoint),
  ]);
}

interface QueryList {
  readonly key: "filters" | "search" | "sort";
  readonly accepts: (type: FieldType) => boolean;
}

const QUERY_LISTS: readonly QueryList[] = [
  { key: "filters", accepts: (type) => type !== "array" },
  { key: "search", accepts: (type) => type === "string" || type === "enum" },
  { key: "sort", accepts: (type) => type !== "array" && type !== "json" },
];

function checkQueryList(
  resource: ReadResource,
  { key, accepts }: QueryList,
  endpoint: ReadEndpoint,
): readonly Diagnostic[] {
  return (endpoint.values[key] ?? []).flatMap((name) => {
    const field = fieldOf(resource, name.value)?.value.values;
    if (field === undefined) return unknownField(resource, name);
    if (field.transient === true)
      return [diagnose("SR026", name.span, `\`${name.value}\` is transient: it has no column.`)];
    if (field.sensitive === true)
      return [diagnose("SR044", name.span, `\`${name.value}\` is sensitive: \`${key}\` would reveal it.`)];
    if (field.type === undefined || accepts(field.type)) return [];
    return [diagnose("SR045", name.span, `\`${name.value}\` is of type ${field.type}, which \`${key}\` cannot use.`)];
  });
}

function unknownField(resource: ReadResource, { value, span }: Located<string>): readonly Diagnostic[] {
  const names = fieldNames(resource);
  if (names.includes(value)) return [];
  return [diagnose("SR040", span, `The schema has no field \`${value}\`.${didYouMeanField(value, names)}`)];
}

function checkInput(resource: ReadResource, action: string, endpoint: ReadEndpoint): readonly Diagnostic[] {
  return (endpoint.values.input ?? []).flatMap((name) => {
    const field = fieldOf(resource, name.value)?.value.values;
    if (field === undefined) return unknownField(resource, name);
    const updates = kindOf(action) === "update";
    const written = field.generated !== true && !(field.primary === true && updates);
    if (!written) return [diagnose("SR069", name.span, `\`${name.value}\` is never written by a client here.`)];
    const moves =
      updates && field.transient !== true && (name.value === resource.values.tenant_key || name.value === "created_by");
    return moves ? [diagnose("SR085", name.span, `\`${name.value}\` says whose the row is.`)] : [];
  });
}

function checkOwner(resource: ReadResource, endpoint: ReadEndpoint): readonly Diagnostic[] {
  const owner = ownerSpan(endpoint);
  if (owner === undefined) return [];
  const field = fieldOf(resource, "created_by")?.value.values;
  if (field === undefined && fieldNames(resource).includes("created_by")) return [];
  const fits = field !== undefined && field.transient !== true && (field.type === "uuid" || field.type === "string");
  return fits ? [] : [diagnose("SR042", owner)];
}

function ownerSpan(endpoint: ReadEndpoint): SourceSpan | undefined {
  const { auth } = endpoint.values;
  if (typeof auth === "string") return auth === "owner" ? endpoint.spanOf("auth") : undefined;
  return auth?.find(({ value }) => value === "owner")?.span;
}

function checkSoftDelete(resource: ReadResource, endpoint: ReadEndpoint): readonly Diagnostic[] {
  if (endpoint.values.soft_delete !== true) return [];
  const field = fieldOf(resource, "deleted_at")?.value;
  if (field === undefined && fieldNames(resource).includes("deleted_at")) return [];
  const { type, required = false, nullable = false, generated = false, transient = false } = field?.values ?? {};
  // A row whose deleted_at is filled in when it is made would be born deleted.
  const fits = type === "timestamp" && (!required || nullable) && !generated && !transient && !field?.has("default");
  return fits ? [] : [diagnose("SR041", endpoint.keySpanOf("soft_delete"))];
}

function checkUpload(resource: ReadResource, action: string, endpoint: ReadEndpoint): readonly Diagnostic[] {
  const name = endpoint.values.upload?.values.field;
  const span = endpoint.values.upload?.spanOf("field");
  if (name === undefined) return [];
  const field = fieldOf(resource, name)?.value.values;
  if (field === undefined) {
    const names = fieldNames(resource);
    return names.includes(name)
      ? []
      : [diagnose("SR052", span, `The schema has no field \`${name}\`.${didYouMeanField(name, names)}`)];
  }
  const kind = kindOf(action);
  // A custom endpoint without `input` leaves it to its handler.
  const isInput = (kind === "custom" && !endpoint.has("input")) || inputOf(resource, kind, endpoint).includes(name);
  const typed = field.type === undefined || field.type === "file";
  return [
    ...(typed ? [] : [diagnose("SR051", span, `\`${name}\` is of type ${field.type}, not file.`)]),
    ...(isInput ? [] : [diagnose("SR054", span, `\`${name}\` is not in \`input\`.`)]),
  ];
}

/** A filter that no index serves reads the whole table. */
function checkIndexed(resource: ReadResource, endpoint: ReadEndpoint): readonly Diagnostic[] {
  const tenantKey = resource.values.tenant_key;
  const leading = (resource.values.indexes ?? []).map(({ value }) => {
    const names = (value.values.fields ?? []).map((field) => field.value);
    return names[0] === tenantKey ? (names[1] ?? names[0]) : names[0];
  });
  return (endpoint.values.filters ?? [])
    .filter(({ value }) => {
      const field = fieldOf(resource, value)?.value.values;
      return field !== undefined && field.primary !== true && field.unique !== true && !leading.includes(value);
    })
    .map(({ value, span }) => diagnose("SR101", span, `No index begins with \`${value}\`.`));
}

/** A create that leaves out a required field is refused, unless something fills the field in. */
function checkCreatable(
  resource: ReadResource,
  action: string,
  endpoint: LocatedEntry<ReadEndpoint>,
): readonly Diagnostic[] {
  const kind = kindOf(action);
  if ((kind !== "create" && kind !== "bulk_create") || endpoint.value.values.controller?.values.before !== undefined)
    return [];
  const input = new Set(inputOf(resource, kind, endpoint.value));
  return [...(resource.values.schema ?? [])]
    .filter(([name, { value }]) => {
      const { required = false, generated = false, nullable = false } = value.values;
      const filledIn =
        generated || value.has("default") || name === resource.values.tenant_key || name === "created_by";
      return required && !nullable && !filledIn && !input.has(name);
    })
    .map(([name]) =>
      diagnose("SR102", endpoint.keySpan, `\`${name}\` is required but not in the input of \`${action}\`.`),
    );
}
