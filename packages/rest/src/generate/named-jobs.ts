import type { Resource } from "@shaperail/resource";
import { inOrder } from "./type-names.ts";

/** A job that the project has beside those that endpoints name. */
export interface ConfiguredJob {
  readonly name: string;
  /** Who gives it its payload: a schedule, an event whose name matches the pattern, or the code, to which only the handler's file says. */
  readonly by:
    | { readonly kind: "schedule" }
    | { readonly kind: "event"; readonly event: string }
    | { readonly kind: "code"; readonly file: string };
}

/** A hook that the configuration names, beside those that endpoints name. */
export interface ConfiguredHook {
  readonly name: string;
  /** The event, or a pattern. */
  readonly event: string;
}

/** Where the payload of a job comes from. */
export type JobSource =
  | { readonly kind: "endpoint"; readonly resource: Resource; readonly action: string; readonly does: WriteAction }
  | ConfiguredJob["by"];

/** What `action` of a payload says: undefined for an endpoint that writes nothing by itself. */
export type WriteAction = "created" | "updated" | "deleted" | undefined;

const WRITES: Readonly<Record<string, WriteAction>> = {
  create: "created",
  bulk_create: "created",
  update: "updated",
  delete: "deleted",
  bulk_delete: "deleted",
};

/** Every job that somebody names, sorted by name, with all that give it a payload. */
export function namedJobs(
  resources: readonly Resource[],
  configured: readonly ConfiguredJob[],
): ReadonlyMap<string, readonly JobSource[]> {
  const named = [
    ...inOrder(resources).flatMap((resource) =>
      resource.endpoints.flatMap(({ jobs, kind, action }) =>
        jobs.map((name) => ({ name, source: { kind: "endpoint", resource, action, does: WRITES[kind] } as const })),
      ),
    ),
    ...configured.map(({ name, by }) => ({ name, source: by })),
  ];
  const byName = Map.groupBy(named, ({ name }) => name);
  return new Map(
    [...byName.keys()].toSorted().map((name) => [name, (byName.get(name) ?? []).map(({ source }) => source)]),
  );
}

/** Every hook that somebody names, sorted by name, with the events it hears of. */
export function namedHooks(
  resources: readonly Resource[],
  configured: readonly ConfiguredHook[],
): ReadonlyMap<string, readonly string[]> {
  const ofEndpoints = inOrder(resources).flatMap(({ endpoints }) =>
    endpoints.flatMap(({ subscribers }) => subscribers.map(({ handler, event }) => ({ name: handler, event }))),
  );
  const byName = Map.groupBy([...ofEndpoints, ...configured], ({ name }) => name);
  return new Map(
    [...byName.keys()].toSorted().map((name) => [name, (byName.get(name) ?? []).map(({ event }) => event)]),
  );
}

/** The automatic event `<resource>.<action>`, when the name is exactly that of one. */
export function automaticEvent(
  event: string,
  resources: readonly Resource[],
): { readonly resource: Resource; readonly action: string } | undefined {
  const [name, action = ""] = event.split(".");
  if (event.split(".").length !== 2 || !["created", "updated", "deleted"].includes(action)) return undefined;
  const resource = inOrder(resources).find((one) => one.name === name);
  return resource && { resource, action };
}
