import type { Located, ReadObject } from "@shaperail/source";
import { CONVENTIONS, kindOf } from "./endpoint-kind.ts";
import type {
  AuthRule,
  Endpoint,
  EndpointCache,
  EndpointKind,
  EndpointRateLimit,
  EndpointSubscriber,
  EndpointUpload,
} from "./model.ts";
import type {
  CacheProperties,
  RateLimitProperties,
  ReadEndpoint,
  SubscriberProperties,
  UploadProperties,
} from "./shape-endpoint.ts";

export interface ToEndpointOptions {
  /** Name of the resource, for the conventional path. */
  readonly resource: string;
  /** Fields marked `search: true`. */
  readonly searchFields: readonly string[];
  readonly inputOf: (kind: EndpointKind) => readonly string[];
}

/** An endpoint with its convention and every default filled in. */
export function toEndpoint(
  action: string,
  { values }: ReadEndpoint,
  { resource, searchFields, inputOf }: ToEndpointOptions,
): Endpoint {
  const kind = kindOf(action);
  const { methods } = CONVENTIONS[kind];
  const { method = methods[0] ?? "GET", path = conventionalPath(kind, resource), pagination = "cursor" } = values;
  return {
    action,
    kind,
    method,
    path,
    auth: toAuth(values.auth),
    input: inputOf(kind),
    filters: texts(values.filters),
    search: kind === "list" && values.search === undefined ? searchFields : texts(values.search),
    sort: texts(values.sort),
    pagination,
    cache: values.cache === undefined ? undefined : toCache(values.cache),
    before: texts(values.controller?.values.before),
    after: texts(values.controller?.values.after),
    events: texts(values.events),
    jobs: texts(values.jobs),
    subscribers: (values.subscribers ?? []).map(({ value }) => toSubscriber(value)),
    handler: values.handler,
    upload: values.upload === undefined ? undefined : toUpload(values.upload),
    rateLimit: values.rate_limit === undefined ? undefined : toRateLimit(values.rate_limit),
    softDelete: values.soft_delete ?? false,
  };
}

/** The path of an action that declares none. */
export function conventionalPath(kind: EndpointKind, resource: string): string {
  return CONVENTIONS[kind].target === "row" ? `/${resource}/:id` : `/${resource}`;
}

function texts(list: readonly Located<string>[] = []): readonly string[] {
  return list.map(({ value }) => value);
}

function toAuth(auth: ReadEndpoint["values"]["auth"]): AuthRule {
  if (auth === "public") return { kind: "public" };
  const words = auth === undefined ? [] : typeof auth === "string" ? [auth] : texts(auth);
  return { kind: "restricted", roles: words.filter((word) => word !== "owner"), owner: words.includes("owner") };
}

function toCache({ values }: ReadObject<CacheProperties>): EndpointCache {
  const { ttl = 1, invalidate_on: writes, stale = 0 } = values;
  return { ttlSeconds: ttl, staleSeconds: stale, invalidateOn: writes?.map(({ value }) => value) };
}

function toSubscriber({ values: { event = "", handler = "" } }: ReadObject<SubscriberProperties>): EndpointSubscriber {
  return { event, handler };
}

function toRateLimit({ values }: ReadObject<RateLimitProperties>): EndpointRateLimit {
  return { maxRequests: values.max_requests ?? 1, windowSeconds: values.window_secs ?? 1 };
}

function toUpload({ values }: ReadObject<UploadProperties>): EndpointUpload {
  const { field = "", storage = "local", max_size: maxSize = 1, types } = values;
  return { field, storage, maxBytes: toBytes(maxSize), types: texts(types) };
}

const BYTES_BY_UNIT: Readonly<Record<string, number>> = { "": 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** `5mb` in bytes; the units are binary. */
function toBytes(size: string | number): number {
  if (typeof size === "number") return size;
  const count = Number.parseInt(size, 10);
  const unit = size.replace(/^[0-9]+ ?/, "").toLowerCase();
  return count * (BYTES_BY_UNIT[unit] ?? 1);
}
