import type { Endpoint, Field, Resource } from "@shaperail/resource";
import { describeAuth } from "../describe-auth.ts";

/** What a resource file makes, in words. The keys are what `--json` prints. */
export interface ResourceDescription {
  readonly resource: string;
  readonly version: number;
  readonly database: string;
  readonly tenant_key: string | null;
  readonly routes: readonly RouteDescription[];
  readonly columns: readonly ColumnDescription[];
  readonly soft_delete: boolean;
  readonly indexes: readonly IndexDescription[];
  readonly relations: readonly RelationDescription[];
  /** Fields that a client sends and nobody stores. */
  readonly transient: readonly string[];
}

export interface RouteDescription {
  readonly method: string;
  readonly path: string;
  readonly action: string;
  /** `auth: admin`, `filters: status` */
  readonly notes: readonly string[];
}

export interface ColumnDescription {
  readonly name: string;
  readonly type: string;
  /** `PK`, `NOT NULL`, `max 200` */
  readonly notes: readonly string[];
}

export interface IndexDescription {
  readonly fields: readonly string[];
  readonly unique: boolean;
  readonly order: "asc" | "desc";
}

export interface RelationDescription {
  readonly name: string;
  readonly kind: string;
  /** `author_id -> users.id` */
  readonly by: string;
}

export function describeResource(resource: Resource): ResourceDescription {
  const { name, version, db, tenantKey, fields, endpoints, indexes, relations } = resource;
  return {
    resource: name,
    version,
    database: db,
    tenant_key: tenantKey ?? null,
    routes: endpoints.map((endpoint) => describeRoute(endpoint, version)),
    columns: fields.filter(({ transient }) => !transient).map(describeColumn),
    soft_delete: endpoints.some(({ softDelete }) => softDelete),
    indexes,
    relations: relations.map(({ name: relation, kind, resource: other, localField, remoteField }) => ({
      name: relation,
      kind,
      by: `${localField} -> ${other}.${remoteField}`,
    })),
    transient: fields.filter(({ transient }) => transient).map((field) => field.name),
  };
}

function describeRoute(endpoint: Endpoint, version: number): RouteDescription {
  const { method, path, action, kind, auth, cache, pagination, handler, upload, rateLimit } = endpoint;
  const lists = [
    ["input", endpoint.input],
    ["filters", endpoint.filters],
    ["search", endpoint.search],
    ["sort", endpoint.sort],
    ["before", endpoint.before],
    ["after", endpoint.after],
    ["events", endpoint.events],
    ["jobs", endpoint.jobs],
    ["subscribers", endpoint.subscribers.map(({ event, handler: name }) => `${event} -> ${name}`)],
  ] as const;
  const notes = [
    `auth: ${describeAuth(auth)}`,
    ...(kind === "list" ? [`pagination: ${pagination}`] : []),
    ...lists.filter(([, names]) => names.length > 0).map(([label, names]) => `${label}: ${names.join(", ")}`),
    ...(cache === undefined ? [] : [`cached: ${cache.ttlSeconds} s`]),
    ...(handler === undefined ? [] : [`handler: ${handler}`]),
    ...(upload === undefined
      ? []
      : [`upload: ${upload.field}, ${upload.maxBytes} bytes at most, to ${upload.storage}`]),
    ...(rateLimit === undefined ? [] : [`rate limit: ${rateLimit.maxRequests} in ${rateLimit.windowSeconds} s`]),
    ...(endpoint.softDelete ? ["soft delete"] : []),
  ];
  return { method, path: `/v${version}${path}`, action, notes };
}

function describeColumn(field: Field): ColumnDescription {
  const { name, type, items, primary, generated, nullable, required, unique, ref, format, values, min, max } = field;
  const hasDefault = field.default !== undefined && field.default !== null;
  const isNotNull = !primary && !nullable && (required || generated || hasDefault);
  const notes = [
    ...(primary ? ["PK"] : []),
    ...(generated ? ["generated"] : []),
    ...(isNotNull ? ["NOT NULL"] : []),
    ...(unique && !primary ? ["UNIQUE"] : []),
    ...(nullable ? ["nullable"] : []),
    ...(ref === undefined ? [] : [`FK -> ${ref.resource}.${ref.field}`]),
    ...(format === undefined ? [] : [`format ${format}`]),
    ...(min === undefined ? [] : [`min ${min}`]),
    ...(max === undefined ? [] : [`max ${max}`]),
    ...(values === undefined ? [] : [`values ${values.join(", ")}`]),
    ...(hasDefault ? [`default ${defaultText(field.default)}`] : []),
    ...(field.sensitive ? ["sensitive"] : []),
  ];
  return { name, type: items === undefined ? type : `array of ${items.type}`, notes };
}

function defaultText(value: unknown): string {
  return typeof value === "bigint" ? String(value) : JSON.stringify(value);
}
