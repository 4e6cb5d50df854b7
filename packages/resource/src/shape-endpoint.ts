import {
  boolean,
  either,
  integer,
  list,
  type Located,
  object,
  oneOfWords,
  optional,
  type Property,
  type ReadObject,
  required,
  type Shape,
  text,
  when,
} from "@shaperail/source";
import { conditioned } from "./condition.ts";
import type { EndpointUpload, HttpMethod, WriteAction } from "./model.ts";
import { checkedText, coded, oneOrMore, uniqueList } from "./shape-parts.ts";

type Names = readonly Located<string>[];

export type CacheProperties = {
  readonly ttl: Property<number, true>;
  readonly invalidate_on: Property<readonly Located<WriteAction>[], false>;
  readonly stale: Property<number, false>;
};
export type ControllerProperties = { readonly before: Property<Names, false>; readonly after: Property<Names, false> };
export type SubscriberProperties = {
  readonly event: Property<string, false>;
  readonly handler: Property<string, false>;
};
export type UploadProperties = {
  readonly field: Property<string, true>;
  readonly storage: Property<EndpointUpload["storage"], true>;
  readonly max_size: Property<string | number, true>;
  readonly types: Property<Names, false>;
};
export type RateLimitProperties = {
  readonly max_requests: Property<number, true>;
  readonly window_secs: Property<number, true>;
};
type EndpointProperties = {
  readonly method: Property<HttpMethod, false>;
  readonly path: Property<string, false>;
  readonly auth: Property<"public" | "owner" | Names, false>;
  readonly handler: Property<string, false>;
  readonly pagination: Property<"cursor" | "offset", false>;
  readonly cache: Property<ReadObject<CacheProperties>, false>;
  readonly controller: Property<ReadObject<ControllerProperties>, false>;
  readonly subscribers: Property<readonly Located<ReadObject<SubscriberProperties>>[], false>;
  readonly upload: Property<ReadObject<UploadProperties>, false>;
  readonly rate_limit: Property<ReadObject<RateLimitProperties>, false>;
  readonly soft_delete: Property<boolean, false>;
} & { readonly [Key in "input" | "filters" | "search" | "sort" | "events" | "jobs"]: Property<Names, false> };

/** An endpoint as it stands in the file. */
export type ReadEndpoint = ReadObject<EndpointProperties>;

const HAS_TEXT = /\S/;
const fieldNames = (description: string): Property<Names, false> =>
  optional(uniqueList(text({ minLength: 1, expects: "the name of a field" }), { description }));

const hookName = (code: "SR030" | "SR031"): Shape<string> =>
  checkedText({
    expects: "the name of a function, or `wasm:` and the path of a module",
    checks: [
      { code, pattern: HAS_TEXT },
      { code: "SR035", pattern: /^(?!wasm:\s*$)/ },
      { code: "SR036", pattern: /^(?!wasm:)|^wasm:.+\.wasm$/ },
    ],
  });

const role = checkedText({
  expects: "the name of a role",
  checks: [{ code: "SR039", pattern: /^(?!public$)\s*\S/ }],
});

const auth: Property<"public" | "owner" | Names, false> = optional(
  either<Names, "public" | "owner">(
    when((node) => node.kind === "list", coded("SR039", uniqueList(coded("SR000", role), { minItems: 1 }))),
    coded(
      "SR038",
      oneOfWords(["public", "owner"], { description: "`public`: anybody. `owner`: the row's `created_by`." }),
    ),
  ),
);

const cache = object(
  {
    ttl: required(integer({ min: 1, description: "Seconds an answer may be reused." })),
    invalidate_on: optional(
      uniqueList(oneOfWords(["create", "update", "delete"]), {
        description: "Writes that end it early. Default: every write on the resource.",
      }),
    ),
    stale: optional(
      integer({
        min: 1,
        description: "Seconds after `ttl` in which it may still be given while it is made anew. Default: none.",
      }),
    ),
  },
  { expects: "a map with `ttl`", description: "Keep answers in the cache." },
);

const controller = conditioned(
  object(
    {
      before: optional(oneOrMore(hookName("SR030"), { description: "Run before the database is touched, in order." })),
      after: optional(oneOrMore(hookName("SR031"), { description: "Run with the result, in order." })),
    },
    { expects: "a map with `before` or `after`", description: "Functions around the write." },
  ),
  [{ code: "SR063", needsOneOf: ["before", "after"] }],
);

const subscriber = conditioned(
  object({
    event: optional(
      checkedText({
        expects: "the name of an event",
        checks: [{ code: "SR073", pattern: HAS_TEXT }],
        description: "The event, or a pattern such as `articles.*`.",
      }),
    ),
    handler: optional(
      checkedText({
        expects: "the name of a function",
        checks: [{ code: "SR074", pattern: HAS_TEXT }],
        description: "Function that runs.",
      }),
    ),
  }),
  [
    { code: "SR073", needs: ["event"] },
    { code: "SR074", needs: ["handler"] },
  ],
);

const maxSize = either<number, string>(
  when((node) => node.kind === "scalar" && typeof node.value === "number", coded("SR055", integer({ min: 1 }))),
  checkedText({
    expects: "a size such as 5mb",
    checks: [{ code: "SR055", pattern: /^(?:[1-9][0-9]{0,14}|[1-9][0-9]{0,5} ?(?:[kK][bB]|[mM][bB]|[gG][bB]))$/ }],
    description: "Bytes, or a number with kb, mb or gb; binary units.",
  }),
);

const upload = object(
  {
    field: required(
      text({ minLength: 1, expects: "the name of a file field", description: "The field that gets the path." }),
    ),
    storage: required(
      coded("SR053", oneOfWords(["local", "s3", "gcs", "azure"], { description: "Where the file goes." })),
    ),
    max_size: required(maxSize),
    types: optional(
      uniqueList(text({ minLength: 1 }), { description: "Extensions, MIME types or patterns such as `image/*`." }),
    ),
  },
  { expects: "a map with `field`, `storage` and `max_size`", description: "Accept a file as multipart form data." },
);

const rateLimit = object(
  {
    // Each allowed request is kept until it is a window ago; the same bounds as for the limit of the whole project.
    max_requests: required(integer({ min: 1, max: 100_000, description: "Requests one caller may make in a window." })),
    window_secs: required(integer({ min: 1, max: 86_400, description: "Length of the window, in seconds." })),
  },
  { expects: "a map with `max_requests` and `window_secs`", description: "Limit how often one caller may call." },
);

const path = checkedText({
  expects: "a path such as `/articles/:id`",
  checks: [
    { code: "SR057", pattern: /^(?!.*\/\.{1,2}(?:\/|$))(?:\/(?:[A-Za-z0-9._~-]+|:[A-Za-z_][A-Za-z0-9_]*))+$/ },
    { code: "SR059", pattern: /^(?!\/(?:v[0-9]+|sagas)(?:\/|$))/ },
  ],
  description: "Begins with `/`, without the version prefix; `:name` marks a parameter.",
});

export const endpointShape: Shape<ReadEndpoint> = object(
  {
    method: optional(oneOfWords(["GET", "POST", "PUT", "PATCH", "DELETE"], { description: "HTTP method." })),
    path: optional(path),
    auth,
    input: fieldNames("Fields a client may write."),
    filters: fieldNames("Fields that may stand in `filter[field]=value`."),
    search: fieldNames("Fields looked through by `search=words`."),
    sort: fieldNames("Fields that may stand in `sort=field`."),
    pagination: optional(oneOfWords(["cursor", "offset"], { description: "Default: cursor." })),
    cache: optional(cache),
    controller: optional(controller),
    events: optional(
      uniqueList(checkedText({ expects: "the name of an event", checks: [{ code: "SR032", pattern: HAS_TEXT }] }), {
        description: "Emitted after a successful write.",
      }),
    ),
    jobs: optional(
      uniqueList(checkedText({ expects: "the name of a job", checks: [{ code: "SR033", pattern: HAS_TEXT }] }), {
        description: "Enqueued after a successful write.",
      }),
    ),
    subscribers: optional(list(subscriber, { description: "Functions that run when an event is emitted." })),
    handler: optional(
      checkedText({
        expects: "the name of a function",
        checks: [{ code: "SR075", pattern: HAS_TEXT }],
        description: "Function that answers a custom endpoint.",
      }),
    ),
    upload: optional(upload),
    rate_limit: optional(rateLimit),
    soft_delete: optional(boolean({ description: "Set `deleted_at` instead of removing the row." })),
  },
  { expects: "an endpoint: a map with at least `auth`" },
);
