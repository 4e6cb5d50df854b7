import type { Node } from "libpg-query";

/** Every node of a tree by its kind, `walk(tree, "FuncCall")`, outermost first. */
export function findNodes<Kind extends string>(
  tree: unknown,
  kind: Kind,
): readonly Extract<Node, { readonly [Key in Kind]: unknown }>[Kind][] {
  const found: Extract<Node, { readonly [Key in Kind]: unknown }>[Kind][] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) return value.forEach(visit);
    for (const [key, child] of Object.entries(value)) {
      // The keys of the tree are the names of its node types, so what is under one is a node of that type.
      if (key === kind) found.push(child as Extract<Node, { readonly [Key in Kind]: unknown }>[Kind]);
      visit(child);
    }
  };
  visit(tree);
  return found;
}
