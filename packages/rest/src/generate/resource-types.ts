import type { Endpoint, Field, Resource } from "@shaperail/resource";
import { storedFields } from "./stored-field.ts";
import type { TypeNames } from "./type-names.ts";
import { columnType, isNullableColumn, jsonType, wrapUnion } from "./value-type.ts";

export interface ResourceTypesOptions {
  readonly names: TypeNames;
  /** Every version of the resource, itself included, by version. */
  readonly versions: readonly Resource[];
}

/** The table behind the versions of a resource. */
export function tableType(versions: readonly Resource[], names: TypeNames): string {
  const [first] = versions;
  if (first === undefined) throw new TypeError("A table needs at least one version.");
  const members = storedFields(versions).map((field) => member(field.name, columnType(field)));
  return declare(`Table \`${first.name}\` for the query builder.`, names.table(first), members);
}

/** Everything controllers and handlers of one version of a resource need. */
export function resourceTypes(resource: Resource, options: ResourceTypesOptions): string[] {
  const { names, versions } = options;
  const visible = new Set(
    resource.fields.filter(({ sensitive, transient }) => !sensitive && !transient).map(({ name }) => name),
  );
  const row = storedFields(versions)
    .filter(({ name }) => visible.has(name))
    .toSorted((left, right) => placeOf(left, resource) - placeOf(right, resource))
    .map((field) => member(field.name, orNull(jsonType(field), isNullableColumn(field))));
  return [
    declare(`A row of ${label(resource)} as answers show it.`, names.row(resource), row),
    ...resource.endpoints.flatMap((endpoint) => endpointTypes(resource, endpoint, names)),
  ];
}

function endpointTypes(resource: Resource, endpoint: Endpoint, names: TypeNames): string[] {
  switch (endpoint.kind) {
    case "create":
    case "update":
      return controlledTypes(resource, endpoint, names);
    case "delete":
      return [controllerContext(resource, endpoint, { names, input: "Record<string, never>" })];
    case "custom":
      return customTypes(resource, endpoint, names);
    case "list":
    case "get":
    case "bulk_create":
    case "bulk_delete":
      // No controller runs there.
      return [];
  }
}

function controlledTypes(resource: Resource, endpoint: Endpoint, names: TypeNames): string[] {
  const input = names.input(resource, endpoint);
  const about = `What \`${endpoint.action}\` of ${label(resource)} is going to write. Nothing has to be there yet; what controllers leave is checked again.`;
  // What a controller says about the tenant of a row that is there already counts for nothing.
  const isFixed = (name: string): boolean => endpoint.kind === "update" && name === resource.tenantKey;
  const members = resource.fields
    .filter(({ generated, name }) => !generated && !isFixed(name))
    .map((field) => draftMember(field, endpoint));
  return [declare(about, input, members), controllerContext(resource, endpoint, { names, input })];
}

interface ContextParts {
  readonly names: TypeNames;
  readonly input: string;
}

function controllerContext(resource: Resource, endpoint: Endpoint, { names, input }: ContextParts): string {
  const about = `What the controllers of \`${endpoint.action}\` of ${label(resource)} get.`;
  const type = `ControllerContext<${input}, ${names.row(resource)}, ${client(resource, names)}, ${names.contextTail}>`;
  return alias(about, names.context(resource, endpoint), type);
}

/** Before-controllers see what was sent; the handler sees what was checked after them. */
function customTypes(resource: Resource, endpoint: Endpoint, names: TypeNames): string[] {
  const fields = resource.fields.filter(({ name }) => endpoint.input.includes(name));
  const hasBefore = endpoint.before.length > 0;
  const declared = (about: string, name: string, members: readonly string[]): string[] =>
    fields.length === 0 ? [] : [declare(about, name, members)];
  const typeOf = (name: string): string => (fields.length === 0 ? "Record<string, never>" : name);
  const context = (input: string): string =>
    `HandlerContext<${input}, ${client(resource, names)}, ${names.contextTail}>`;
  const { action } = endpoint;
  const input = names.input(resource, endpoint);
  const beforeInput = names.beforeInput(resource, endpoint);
  const drafts = fields.map((field) => draftMember(field, endpoint));
  return [
    ...declared(
      `What was sent to \`${action}\` of ${label(resource)}, checked.`,
      input,
      checkedMembers(fields, endpoint),
    ),
    alias(
      `What the handler of \`${action}\` of ${label(resource)} gets.`,
      names.context(resource, endpoint),
      context(typeOf(input)),
    ),
    ...(hasBefore
      ? [
          ...declared(
            `What was sent to \`${action}\` of ${label(resource)}; what controllers leave is checked again.`,
            beforeInput,
            drafts,
          ),
          alias(
            `What the before-controllers of \`${action}\` of ${label(resource)} get.`,
            names.beforeContext(resource, endpoint),
            context(typeOf(beforeInput)),
          ),
        ]
      : []),
  ];
}

/** A client may have sent null for what it may write; only afterwards is it refused. */
function draftMember(field: Field, { input }: Endpoint): string {
  const mayBeNull = input.includes(field.name) || isNullableColumn(field);
  return member(`${field.name}?`, orNull(jsonType(field), mayBeNull));
}

/** What a handler finds after everything was checked: a PATCH may leave anything out. */
function checkedMembers(fields: readonly Field[], { method }: Endpoint): string[] {
  return fields.map((field) => {
    const isThere = method !== "PATCH" && field.required && field.default === undefined;
    return member(`${field.name}${isThere ? "" : "?"}`, orNull(jsonType(field), isNullableColumn(field)));
  });
}

function orNull(type: string, mayBeNull: boolean): string {
  return mayBeNull && type !== "unknown" ? `${type} | null` : type;
}

function placeOf({ name }: Field, { fields }: Resource): number {
  return fields.findIndex((field) => field.name === name);
}

function client(resource: Resource, names: TypeNames): string {
  return `Kysely<${names.database(resource.db)}>`;
}

function label({ name, version }: Resource): string {
  return `${name} v${version}`;
}

function member(name: string, type: string): string {
  return `  ${name}:${wrapUnion(type, "  ")};\n`;
}

function declare(about: string, name: string, members: readonly string[]): string {
  return `/** ${about} */\nexport interface ${name} {\n${members.join("")}}\n`;
}

function alias(about: string, name: string, type: string): string {
  return `/** ${about} */\nexport type ${name} = ${type};\n`;
}
