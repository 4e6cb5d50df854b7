import type { Endpoint, EndpointCache, EndpointKind, Resource, WriteAction } from "@shaperail/resource";

const EVERY_ACTION: readonly WriteAction[] = ["create", "update", "delete"];
const WRITES: Readonly<Record<EndpointKind, readonly WriteAction[]>> = {
  list: [],
  get: [],
  create: ["create"],
  bulk_create: ["create"],
  update: ["update"],
  delete: ["delete"],
  bulk_delete: ["delete"],
  // What a handler does, nobody knows.
  custom: EVERY_ACTION,
};

/** Stands for the rows of a resource, in whichever version they are seen. Neither name holds a `/` or a `:`. */
export function rowsTag({ db, name }: Resource): string {
  return `${db}/${name}`;
}

function actionTag(resource: Resource, action: WriteAction): string {
  return `${rowsTag(resource)}:${action}`;
}

/** What an answer of the endpoint is made from, besides included rows. */
export function readTags(resource: Resource, { invalidateOn }: EndpointCache): readonly string[] {
  return invalidateOn?.map((action) => actionTag(resource, action)) ?? [rowsTag(resource)];
}

/** What a call of the endpoint makes old; nothing for one that reads. */
export function writeTags(resource: Resource, { kind, method }: Endpoint): readonly string[] {
  return method === "GET" ? [] : tagsOf(resource, WRITES[kind]);
}

/** What any change of the rows makes old. */
export function changeTags(resource: Resource): readonly string[] {
  return tagsOf(resource, EVERY_ACTION);
}

function tagsOf(resource: Resource, actions: readonly WriteAction[]): readonly string[] {
  return actions.length === 0 ? [] : [rowsTag(resource), ...actions.map((action) => actionTag(resource, action))];
}
