import type { Endpoint, EndpointKind, Field, FieldType, ItemType, Relation, Resource } from "@shaperail/resource";
import * as fc from "fast-check";
import { fieldWith } from "../fixtures.test-kit.ts";

const NAME = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
const TYPES: readonly Exclude<FieldType, "array">[] = [
  "uuid",
  "string",
  "integer",
  "number",
  "boolean",
  "timestamp",
  "date",
  "enum",
  "json",
  "file",
];

const bounds = fc
  .tuple(fc.option(fc.nat(50), { nil: undefined }), fc.option(fc.integer({ min: 50, max: 100 }), { nil: undefined }))
  .map(([min, max]) => ({ min, max }));

const item: fc.Arbitrary<ItemType> = fc
  .tuple(fc.constantFrom(...TYPES), bounds)
  .map(([type, limits]) => ({ type, format: undefined, ref: undefined, ...limits, values: valuesOf(type) }));

const type = fc.oneof({ weight: 5, arbitrary: fc.constantFrom<FieldType>(...TYPES) }, fc.constant<FieldType>("array"));
const flags = fc.record({
  required: fc.boolean(),
  nullable: fc.boolean(),
  sensitive: fc.boolean(),
  transient: fc.boolean(),
  generated: fc.boolean(),
});

const field: fc.Arbitrary<Omit<Field, "name">> = fc
  .tuple(type, bounds, flags, item, fc.boolean(), fc.jsonValue())
  .map(([kind, limits, given, items, hasDefault, json]) => {
    const { name: _name, ...rest } = fieldWith({
      type: kind,
      ...(kind === "array" || kind === "string" || kind === "integer" || kind === "number" ? limits : {}),
      ...given,
      values: valuesOf(kind),
      items: kind === "array" ? items : undefined,
      // Of the types here only json takes whatever is generated.
      default: hasDefault && kind === "json" ? json : undefined,
    });
    return rest;
  });

function valuesOf(kind: FieldType): readonly string[] | undefined {
  return kind === "enum" ? ["draft", "in review", "true"] : undefined;
}

const KINDS: readonly EndpointKind[] = ["list", "get", "create", "update", "delete", "bulk_create", "bulk_delete"];
const METHODS = {
  list: "GET",
  get: "GET",
  create: "POST",
  update: "PATCH",
  delete: "DELETE",
  bulk_create: "POST",
  bulk_delete: "DELETE",
  custom: "PUT",
} as const;

function endpointOf(
  kind: EndpointKind,
  { resource, fields, flag }: { resource: string; fields: readonly Field[]; flag: boolean },
): Endpoint {
  const names = fields.map(({ name }) => name);
  const onRow = kind === "get" || kind === "update" || kind === "delete";
  const tail = onRow ? "/:id" : kind.startsWith("bulk") ? "/bulk" : kind === "custom" ? "/:id/:what" : "";
  return {
    action: kind === "custom" ? "do_it" : kind,
    kind,
    method: METHODS[kind],
    path: `/${resource}${tail}`,
    auth: flag ? { kind: "public" } : { kind: "restricted", roles: ["admin"], owner: true },
    input: names,
    filters: kind === "list" ? names : [],
    search: kind === "list" ? names : [],
    sort: kind === "list" ? names : [],
    pagination: flag ? "cursor" : "offset",
    cache: flag ? { ttlSeconds: 60, staleSeconds: 0, invalidateOn: undefined } : undefined,
    before: flag ? ["check"] : [],
    after: flag ? [] : ["tell"],
    events: flag ? ["thing.done"] : [],
    jobs: [],
    subscribers: [],
    handler: kind === "custom" ? "do_it" : undefined,
    upload: undefined,
    rateLimit: flag ? undefined : { maxRequests: 1, windowSeconds: 2 },
    softDelete: flag,
  };
}

const resource: fc.Arbitrary<Resource> = fc
  .record({
    name: NAME,
    version: fc.integer({ min: 1, max: 3 }),
    fields: fc.uniqueArray(fc.tuple(NAME, field), { selector: ([name]) => name, maxLength: 6 }),
    kinds: fc.subarray<EndpointKind>([...KINDS, "custom"]),
    flag: fc.boolean(),
    keyType: fc.constantFrom<FieldType>("uuid", "string", "integer"),
  })
  .map(({ name, version, fields: others, kinds, flag, keyType }) => {
    const key = fieldWith({ name: "id", type: keyType, primary: true, required: true });
    const fields = [
      key,
      ...others.filter(([other]) => other !== "id").map(([other, rest]) => ({ ...rest, name: other })),
    ];
    return {
      name,
      version,
      db: "default",
      tenantKey: flag ? "id" : undefined,
      fields,
      primaryKey: "id",
      endpoints: kinds.map((kind) => endpointOf(kind, { resource: name, fields, flag })),
      relations: [],
      indexes: [],
      file: `${name}.yaml`,
    };
  });

const RELATION_KINDS = ["belongs_to", "has_many", "has_one"] as const;

/** Resources as the parser could have made them, related to each other. */
export const resourceModels: fc.Arbitrary<readonly Resource[]> = fc
  .uniqueArray(resource, { selector: ({ name, version }) => `${name} v${version}`, maxLength: 4 })
  .map((resources) =>
    resources.map((one) => ({
      ...one,
      relations: resources.map((other, index): Relation => ({
        // Not a name that a field can have here: rows have one key for each.
        name: `related_rows_${index}`,
        kind: RELATION_KINDS[index % 3] ?? "has_one",
        resource: other.name,
        localField: "id",
        remoteField: "id",
      })),
    })),
  );
