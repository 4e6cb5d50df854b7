import type { Components } from "./model.ts";

/** The components that something refers to, directly or through another one. */
export function usedComponents(root: unknown, components: Components): Components {
  const seen = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const member of Object.values(value)) visit(member);
    // Security schemes are referred to by their bare names.
    if ("security" in value && Array.isArray(value.security)) {
      for (const name of value.security.flatMap(Object.keys)) seen.add(`#/components/securitySchemes/${name}`);
    }
    if (!("$ref" in value) || typeof value.$ref !== "string" || seen.has(value.$ref)) return;
    seen.add(value.$ref);
    visit(find(components, value.$ref));
  };
  visit(root);
  const used = <Kind extends keyof Components>(kind: Kind): Components[Kind] =>
    Object.fromEntries(
      Object.entries(components[kind]).filter(([name]) => seen.has(`#/components/${kind}/${name}`)),
    ) as Components[Kind];
  return {
    schemas: used("schemas"),
    responses: used("responses"),
    headers: used("headers"),
    parameters: used("parameters"),
    securitySchemes: used("securitySchemes"),
  };
}

function find(components: Components, ref: string): unknown {
  const [, , kind = "", name = ""] = ref.split("/");
  return Object.hasOwn(components, kind) ? components[kind as keyof Components][name] : undefined;
}
