import type { Relation, Resource } from "@shaperail/resource";
import type { JsonObject } from "./model.ts";
import { createNames, type Names } from "./names.ts";

/** What describing one resource needs to know about the others. */
export interface DocumentContext {
  readonly names: Names;
  /** The resource at the other end; undefined when its file is not there. */
  related(resource: Resource, relation: Relation): Resource | undefined;
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
    related: ({ version }, { resource: wanted }) => {
      const candidates = resources.filter(({ name }) => name === wanted);
      return candidates.find((candidate) => candidate.version === version) ?? candidates.at(-1);
    },
  };
}

/** Ending of the schema for rows that `fields` and `include` shape. */
export const SELECTION = "Selection";

export function reference(kind: "schemas" | "headers" | "parameters" | "responses", name: string): JsonObject {
  return { $ref: `#/components/${kind}/${name}` };
}
