import type { Resource } from "@shaperail/resource";

/** Gives every operation and every schema of a document its own name. */
export interface Names {
  /** `posts_list`; `posts_list_v2` when another version has it already. */
  operation(resource: Resource, action: string): string;
  /** `Posts`, `PostsCreateInput`; `PostsV2` when another version has it already. */
  schema(resource: Resource, suffix: string): string;
}

/** What the document names itself. */
export interface ReservedNames {
  readonly operations: readonly string[];
  readonly schemas: readonly string[];
}

/** Names depend on the order of the questions, so ask in one that does not depend on the order of the files. */
export function createNames({ operations, schemas }: ReservedNames): Names {
  const operation = createPool(operations, "_");
  const schema = createPool(schemas, "");
  return {
    operation: (resource, action) => operation(resource, `${resource.name}_${action}`),
    schema: (resource, suffix) => schema(resource, `${toPascal(resource.name)}${suffix}`),
  };
}

/** `order_items` → `OrderItems`. */
export function toPascal(name: string): string {
  return name.replaceAll(/(?:^|_+)([a-z0-9])/g, (_match, first: string) => first.toUpperCase()).replaceAll("_", "");
}

function createPool(reserved: readonly string[], separator: "_" | ""): (resource: Resource, wanted: string) => string {
  const given = new Map<string, string>();
  const taken = new Set(reserved);
  return (resource, wanted) => {
    // What a name is for: different wishes of one resource may become the same name, equal wishes always do.
    const purpose = `${resource.name} v${resource.version} ${wanted}`;
    const known = given.get(purpose);
    if (known !== undefined) return known;
    const version = `${wanted}${separator}${separator === "_" ? "v" : "V"}${resource.version}`;
    let name = taken.has(wanted) ? version : wanted;
    for (let count = 2; taken.has(name); count += 1) name = `${version}_${count}`;
    taken.add(name);
    given.set(purpose, name);
    return name;
  };
}
