import type { AuthRule, Relation, Resource } from "@shaperail/resource";
import type { JsonObject } from "./model.ts";
import { createNames, type Names } from "./names.ts";

/** A relation that `include` can name. */
export interface Inclusion {
  readonly relation: Relation;
  /** The resource at the other end. */
  readonly resource: Resource;
  /** Who may read there. Undefined: nobody. */
  readonly rule: AuthRule | undefined;
}

/** What describing one resource needs to know about the others. */
export interface DocumentContext {
  readonly names: Names;
  /** What can be included in the rows of a resource. */
  inclusions(resource: Resource): readonly Inclusion[];
}

export interface ContextOptions {
  /** In the order of the document. */
  readonly resources: readonly Resource[];
  readonly reservedOperations: readonly string[];
  readonly reservedSchemas: readonly string[];
}

export function createContext({ resources, reservedOperations, reservedSchemas }: ContextOptions): DocumentContext {
  const names = createNames({ operations: reservedOperations, schemas: reservedSchemas });
  // A relation may ask for the name of a later version first, and would get the plain one for it.
  for (const resource of resources) for (const suffix of ["", SELECTION]) names.schema(resource, suffix);
  return {
    names,
    inclusions: (resource) =>
      resource.relations.flatMap((relation) => {
        const other = relatedTo(resource, relation, resources);
        return other === undefined ? [] : [{ relation, resource: other, rule: readRule(other, relation) }];
      }),
  };
}

/** The version of the related resource that belongs to this one: the same, or else the newest. */
function relatedTo(
  { version, db }: Resource,
  relation: Relation,
  resources: readonly Resource[],
): Resource | undefined {
  const candidates = resources.filter((other) => other.name === relation.resource && other.db === db);
  return candidates.find((other) => other.version === version) ?? candidates.at(-1);
}

/** Included rows are shown to those who may read them at their own endpoint. */
function readRule({ endpoints }: Resource, { kind }: Relation): AuthRule | undefined {
  const kinds = kind === "has_many" ? ["list", "get"] : ["get", "list"];
  const readers = kinds.map((wanted) => endpoints.find((endpoint) => endpoint.kind === wanted));
  return readers.find((endpoint) => endpoint !== undefined)?.auth;
}

/** Ending of the schema for rows that `fields` and `include` shape. */
export const SELECTION = "Selection";

export function reference(kind: "schemas" | "headers" | "parameters" | "responses", name: string): JsonObject {
  return { $ref: `#/components/${kind}/${name}` };
}
