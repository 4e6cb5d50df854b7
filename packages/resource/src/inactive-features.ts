import type { Endpoint, Resource } from "./model.ts";

/** Parts of the format that a runtime may or may not act on yet. */
export type ResourceFeature =
  | "bulk"
  | "cache"
  | "controllers"
  | "custom_endpoints"
  | "databases"
  | "events"
  | "filters"
  | "item_references"
  | "jobs"
  | "offset_pagination"
  | "owner"
  | "rate_limit"
  | "relations"
  | "roles"
  | "search"
  | "soft_delete"
  | "sort"
  | "subscribers"
  | "tenancy"
  | "transient"
  | "upload"
  | "wasm";

/** A feature that a file declares and the runtime does not act on. */
export interface InactiveFeature {
  readonly feature: ResourceFeature;
  readonly file: string;
  /** Name of the resource. */
  readonly resource: string;
  /** The endpoint that declares it; undefined: the resource itself does. */
  readonly action: string | undefined;
  /** One sentence: what will not happen. */
  readonly message: string;
}

type Uses<T> = Readonly<Partial<Record<ResourceFeature, (value: T) => boolean>>>;

const isWasm = (name: string): boolean => name.startsWith("wasm:");

const USED_BY_ENDPOINT: Uses<Endpoint> = {
  bulk: ({ kind }) => kind === "bulk_create" || kind === "bulk_delete",
  cache: ({ cache }) => cache !== undefined,
  controllers: ({ before, after }) => [...before, ...after].some((name) => !isWasm(name)),
  custom_endpoints: ({ kind }) => kind === "custom",
  events: ({ events }) => events.length > 0,
  filters: ({ filters }) => filters.length > 0,
  jobs: ({ jobs }) => jobs.length > 0,
  offset_pagination: ({ pagination }) => pagination === "offset",
  owner: ({ auth }) => auth.kind === "restricted" && auth.owner,
  rate_limit: ({ rateLimit }) => rateLimit !== undefined,
  roles: ({ auth }) => auth.kind === "restricted" && auth.roles.length > 0,
  search: ({ search }) => search.length > 0,
  soft_delete: ({ softDelete }) => softDelete,
  sort: ({ sort }) => sort.length > 0,
  subscribers: ({ subscribers }) => subscribers.length > 0,
  upload: ({ upload }) => upload !== undefined,
  wasm: ({ before, after }) => [...before, ...after].some(isWasm),
};

const USED_BY_RESOURCE: Uses<Resource> = {
  databases: ({ db }) => db !== "default",
  item_references: ({ fields }) => fields.some(({ items }) => items?.ref !== undefined),
  relations: ({ relations }) => relations.length > 0,
  tenancy: ({ tenantKey }) => tenantKey !== undefined,
  transient: ({ fields }) => fields.some(({ transient }) => transient),
};

/** Every {@link ResourceFeature}, sorted. */
export const RESOURCE_FEATURES: readonly ResourceFeature[] = [
  ...featuresOf(USED_BY_ENDPOINT),
  ...featuresOf(USED_BY_RESOURCE),
].toSorted();

/**
 * What the files declare and the runtime does not act on, so that it can refuse to start or say so: a key that is read and then ignored
 * would be a trap.
 */
export function inactiveFeatures(
  resources: readonly Resource[],
  { supported }: { readonly supported: readonly ResourceFeature[] },
): readonly InactiveFeature[] {
  const isInactive = (feature: ResourceFeature): boolean => !supported.includes(feature);
  return resources.flatMap((resource) => {
    const place = { file: resource.file, resource: resource.name };
    return [
      ...used(USED_BY_RESOURCE, resource)
        .filter(isInactive)
        .map((feature) => ({ ...place, feature, action: undefined, message: describe(feature, resource.name) })),
      ...resource.endpoints.flatMap((endpoint) =>
        used(USED_BY_ENDPOINT, endpoint)
          .filter(isInactive)
          .map((feature) => {
            const { action } = endpoint;
            return { ...place, feature, action, message: describe(feature, `${resource.name}.${action}`) };
          }),
      ),
    ];
  });
}

function featuresOf(uses: Uses<never>): readonly ResourceFeature[] {
  return Object.keys(uses) as readonly ResourceFeature[];
}

function used<T>(uses: Uses<T>, value: T): readonly ResourceFeature[] {
  return featuresOf(uses).filter((feature) => uses[feature]?.(value));
}

function describe(feature: ResourceFeature, owner: string): string {
  return `\`${owner}\` declares ${feature.replaceAll("_", " ")}, which this version does not act on.`;
}
