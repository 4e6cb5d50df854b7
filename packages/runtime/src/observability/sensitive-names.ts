import type { Resource } from "@shaperail/resource";

/** Names of the fields that no log may show, of every resource: a line does not always say which one it is about. */
export function sensitiveNames(resources: readonly Resource[]): readonly string[] {
  return resources.flatMap(({ fields }) => fields.filter(({ sensitive }) => sensitive).map(({ name }) => name));
}
