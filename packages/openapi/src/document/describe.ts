import type { Endpoint, Resource } from "@shaperail/resource";

/** One line: what calling the endpoint does. */
export function summarizeEndpoint({ name }: Resource, { kind, action, method, softDelete }: Endpoint): string {
  switch (kind) {
    case "list":
      return `List ${name}`;
    case "get":
      return `Read a row of ${name}`;
    case "create":
      return `Add a row to ${name}`;
    case "update":
      return `${method === "PUT" ? "Replace" : "Change"} a row of ${name}`;
    case "delete":
      return `${softDelete ? "Mark a row of" : "Delete a row of"} ${name}${softDelete ? " as deleted" : ""}`;
    case "bulk_create":
      return `Add rows to ${name}, all or none`;
    case "bulk_delete":
      return softDelete ? `Mark rows of ${name} as deleted, all or none` : `Delete rows of ${name}, all or none`;
    case "custom": {
      const words = action.replaceAll("_", " ");
      return `${words.charAt(0).toUpperCase()}${words.slice(1)} (${name})`;
    }
  }
}

/** What a caller should know besides: who may call, which rows are seen, what is limited. */
export function describeEndpoint(resource: Resource, endpoint: Endpoint): string {
  const { rateLimit, cache } = endpoint;
  return [
    describeAuth(resource, endpoint),
    ...(resource.tenantKey === undefined
      ? []
      : [`Only rows of the caller's tenant (\`${resource.tenantKey}\`) exist here.`]),
    ...(rateLimit === undefined
      ? []
      : [`A caller may make ${rateLimit.maxRequests} requests in ${rateLimit.windowSeconds} seconds.`]),
    ...(cache === undefined ? [] : [`An answer may be up to ${cache.ttlSeconds + cache.staleSeconds} seconds old.`]),
  ].join(" ");
}

function describeAuth({ name, tenantKey }: Resource, { auth }: Endpoint): string {
  if (auth.kind === "public")
    return tenantKey === undefined ? "Anybody may call this." : "Anybody who belongs to a tenant may call this.";
  const { roles, owner } = auth;
  const who = [
    ...(roles.length > 0 ? [`${roles.length === 1 ? "the role" : "one of the roles"} ${listed(roles)}`] : []),
    ...(owner ? [`having created the row of ${name}`] : []),
  ];
  return `Needs ${who.join(", or ")}.`;
}

function listed(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}
