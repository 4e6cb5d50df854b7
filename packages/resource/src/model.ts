/**
 * The compiled form of a resource file: validated, complete (every default filled in) and readonly.
 * Validation, SQL, OpenAPI, migrations and documentation are all derived from it.
 */
export interface Resource {
  /** Name of the resource and of its table: snake_case, plural. */
  readonly name: string;
  /** Route prefix `/v<version>`. Two files may share a name with different versions: one table, parallel APIs. */
  readonly version: number;
  /** Named connection the table lives on. @default "default" */
  readonly db: string;
  /** Name of the uuid field that scopes every row to a tenant. */
  readonly tenantKey: string | undefined;
  /** In the order of the file, which is the order of columns and of JSON keys. */
  readonly fields: readonly Field[];
  /** Name of the one primary field. */
  readonly primaryKey: string;
  readonly endpoints: readonly Endpoint[];
  readonly relations: readonly Relation[];
  readonly indexes: readonly ResourceIndex[];
  /** Path of the file it was read from, as it was given. */
  readonly file: string;
}

export type FieldType =
  | "uuid"
  | "string"
  | "integer"
  | "number"
  | "boolean"
  | "timestamp"
  | "date"
  | "enum"
  | "json"
  | "array"
  | "file";

export type FieldFormat = "email" | "url" | "uuid";

/** `resource.field`, taken apart. */
export interface FieldReference {
  readonly resource: string;
  readonly field: string;
}

/** What a value may be: shared by fields and by the items of an array. */
export interface ValueConstraints {
  /** Inclusive: characters of a string or enum, value of a number, items of an array. */
  readonly min: number | undefined;
  /** Inclusive, like {@link min}. */
  readonly max: number | undefined;
  readonly format: FieldFormat | undefined;
  /** The members of an enum; undefined for every other type. */
  readonly values: readonly string[] | undefined;
  readonly ref: FieldReference | undefined;
}

export interface ItemType extends ValueConstraints {
  readonly type: Exclude<FieldType, "array">;
}

export interface Field extends ValueConstraints {
  readonly name: string;
  readonly type: FieldType;
  readonly primary: boolean;
  /** Filled in by the database: uuid v4, or now(). Never accepted from a client. */
  readonly generated: boolean;
  /** Must be present and non-null on create. */
  readonly required: boolean;
  readonly unique: boolean;
  /** NULL is allowed, even when `required`. */
  readonly nullable: boolean;
  /** Kept out of logs and of every response. */
  readonly sensitive: boolean;
  /** Input only: validated and shown to before-controllers, then dropped; it has no column. */
  readonly transient: boolean;
  /** Searched by list endpoints that declare no `search`; {@link Endpoint.search} already has it. */
  readonly search: boolean;
  /** JSON value used when the field is left out on create. `undefined`: none. */
  readonly default: unknown;
  /** Type of the elements; defined exactly when `type` is `array`. */
  readonly items: ItemType | undefined;
}

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type EndpointKind = "list" | "get" | "create" | "update" | "delete" | "bulk_create" | "bulk_delete" | "custom";

/** Who may call an endpoint. */
export type AuthRule =
  | { readonly kind: "public" }
  /** Any of the roles, or, when `owner` is set, the row's `created_by`. `auth: owner` has no roles. */
  | { readonly kind: "restricted"; readonly roles: readonly string[]; readonly owner: boolean };

export interface Endpoint {
  /** Key of the endpoint in the file. For the conventional actions it equals {@link kind}. */
  readonly action: string;
  readonly kind: EndpointKind;
  readonly method: HttpMethod;
  /** Starts with `/`, without the version prefix; `:name` marks a parameter. */
  readonly path: string;
  readonly auth: AuthRule;
  /**
   * Fields a client may write, in schema order. Empty for endpoints that write nothing.
   *
   * Default: every field that is neither generated, the tenant key, `created_by` nor `deleted_at`; of the primary field, only when the
   * database does not generate it, and never on update. None for a custom endpoint.
   */
  readonly input: readonly string[];
  readonly filters: readonly string[];
  readonly search: readonly string[];
  readonly sort: readonly string[];
  /** @default "cursor" */
  readonly pagination: "cursor" | "offset";
  readonly cache: EndpointCache | undefined;
  /** Names of the before-controllers, in order. `wasm:<path>` entries stay as written. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly events: readonly string[];
  readonly jobs: readonly string[];
  readonly subscribers: readonly EndpointSubscriber[];
  /** Function that answers a custom endpoint. */
  readonly handler: string | undefined;
  readonly upload: EndpointUpload | undefined;
  readonly rateLimit: EndpointRateLimit | undefined;
  /** Delete sets `deleted_at`; every read and write leaves such rows out. */
  readonly softDelete: boolean;
}

export type WriteAction = "create" | "update" | "delete";

export interface EndpointCache {
  /** How long an answer may be given again. */
  readonly ttlSeconds: number;
  /** How long after that it may be given while it is made anew; 0: not at all. */
  readonly staleSeconds: number;
  /** Undefined: every write on the resource. */
  readonly invalidateOn: readonly WriteAction[] | undefined;
}

export interface EndpointSubscriber {
  readonly event: string;
  readonly handler: string;
}

export interface EndpointUpload {
  readonly field: string;
  readonly storage: "local" | "s3" | "gcs" | "azure";
  readonly maxBytes: number;
  /** Extensions, MIME types or `image/*` patterns. Empty: anything. */
  readonly types: readonly string[];
}

export interface EndpointRateLimit {
  readonly maxRequests: number;
  readonly windowSeconds: number;
}

export type RelationKind = "belongs_to" | "has_many" | "has_one";

export interface Relation {
  readonly name: string;
  readonly kind: RelationKind;
  /** Name of the related resource. */
  readonly resource: string;
  /** Field of this resource: the `key` of a belongs_to, the primary key otherwise. */
  readonly localField: string;
  /** Field of the related resource: its primary key for a belongs_to, the `foreign_key` otherwise. */
  readonly remoteField: string;
}

export interface ResourceIndex {
  readonly fields: readonly string[];
  readonly unique: boolean;
  /** Applies to the last field. */
  readonly order: "asc" | "desc";
}
