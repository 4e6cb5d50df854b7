import type { RuleText } from "./rule.ts";

export type EndpointRuleCode =
  | "SR037"
  | "SR038"
  | "SR039"
  | "SR040"
  | "SR041"
  | "SR042"
  | "SR043"
  | "SR044"
  | "SR045"
  | "SR046"
  | "SR047"
  | "SR048"
  | "SR049"
  | "SR050"
  | "SR051"
  | "SR052"
  | "SR053"
  | "SR054"
  | "SR055"
  | "SR056"
  | "SR057"
  | "SR058"
  | "SR059"
  | "SR064"
  | "SR065"
  | "SR066"
  | "SR069"
  | "SR075"
  | "SR085"
  | "SR101"
  | "SR102";

/** Rules about endpoints: who may call them, where they are, and what acts on them. */
export const ENDPOINT_RULES: Readonly<Record<EndpointRuleCode, RuleText>> = {
  SR037: {
    title: "The endpoint does not say who may call it.",
    fix: "Add `auth`: `public`, `owner`, or a list of roles.",
    example: "endpoints:\n  list: { auth: public }",
  },
  SR038: {
    title: "A single word other than `public` or `owner` is not an `auth` rule.",
    fix: "Write roles as a list.",
    example: "endpoints:\n  create: { auth: [admin] }",
  },
  SR039: {
    title: "The list of roles is empty or names `public`.",
    fix: "Name the roles, or write `auth: public` for everybody.",
    example: "endpoints:\n  create: { auth: [admin, editor] }",
  },
  SR040: {
    title: "The endpoint names a field the schema does not have.",
    fix: "Declare the field, or correct the name.",
    example: "endpoints:\n  list: { auth: public, sort: [title] }",
    beyondSchema: true,
  },
  SR041: {
    title: "A soft delete needs an optional timestamp field `deleted_at`.",
    fix: "Declare `deleted_at` as a timestamp that is neither required, generated nor given a default.",
    example: "schema:\n  deleted_at: { type: timestamp }\nendpoints:\n  delete: { auth: [admin], soft_delete: true }",
    beyondSchema: true,
  },
  SR042: {
    title: "Ownership is decided by a field `created_by` of type uuid or string, which the schema does not have.",
    fix: "Declare `created_by`, or remove `owner`.",
    example: "schema:\n  created_by: { type: uuid }\nendpoints:\n  update: { auth: owner }",
    beyondSchema: true,
  },
  SR043: {
    title: "There is no row yet whose owner could be asked for.",
    fix: "List the roles that may call the endpoint.",
    example: "endpoints:\n  create: { auth: [member] }",
  },
  SR044: {
    title: "A sensitive field could be guessed through filters, search or sort.",
    fix: "Remove the field from the list, or `sensitive` from the field.",
    example: "endpoints:\n  list: { auth: public, filters: [status] }\nindexes:\n  - { fields: [status] }",
    beyondSchema: true,
  },
  SR045: {
    title: "The type cannot be searched, sorted or filtered by.",
    fix: "Search in string and enum fields; filter and sort by fields with a single value.",
    example: "endpoints:\n  list: { auth: public, search: [title] }",
    beyondSchema: true,
  },
  SR046: {
    title: "A conventional action is answered by Shaperail and has no handler.",
    fix: "Remove `handler`, or give the endpoint a name of its own.",
    example:
      "endpoints:\n  publish: { method: POST, path: '/articles/:id/publish', auth: [admin], handler: publish_article }",
  },
  SR047: {
    title: "The endpoint has no method.",
    fix: "Add `method`; only list, get, create, update and delete have one by convention.",
    example: "endpoints:\n  bulk_create: { method: POST, path: /articles/bulk, auth: [admin] }",
  },
  SR048: {
    title: "The endpoint has no path.",
    fix: "Add `path`; only list, get, create, update and delete have one by convention.",
    example: "endpoints:\n  bulk_create: { method: POST, path: /articles/bulk, auth: [admin] }",
  },
  SR049: {
    title: "The action cannot be called with this method.",
    fix: "Remove `method` to use the conventional one.",
    example: "endpoints:\n  update: { method: PUT, auth: [admin] }",
  },
  SR050: {
    title: "Only create, update and custom endpoints with a body take an upload.",
    fix: "Remove `upload`, or use POST, PUT or PATCH.",
    example: "endpoints:\n  create: { auth: [admin], upload: { field: cover, storage: s3, max_size: 5mb } }",
  },
  SR051: {
    title: "The upload's field is not of type file.",
    fix: "Make the field's type `file`.",
    example:
      "schema:\n  cover: { type: file }\nendpoints:\n  create: { auth: [admin], upload: { field: cover, storage: s3, max_size: 5mb } }",
    beyondSchema: true,
  },
  SR052: {
    title: "The upload's field is not in the schema.",
    fix: "Declare the field with `type: file`, or correct the name.",
    example:
      "schema:\n  cover: { type: file }\nendpoints:\n  create: { auth: [admin], upload: { field: cover, storage: s3, max_size: 5mb } }",
    beyondSchema: true,
  },
  SR053: {
    title: "The storage is unknown.",
    fix: "Use local, s3, gcs or azure.",
    example: "endpoints:\n  create: { auth: [admin], upload: { field: cover, storage: s3, max_size: 5mb } }",
  },
  SR054: {
    title: "The upload's field is not in the endpoint's input.",
    fix: "Name the field in `input`.",
    example:
      "endpoints:\n  create: { auth: [admin], input: [title, cover], upload: { field: cover, storage: s3, max_size: 5mb } }",
    beyondSchema: true,
  },
  SR055: {
    title: "The size is not a number of bytes, kb, mb or gb.",
    fix: "Write a whole number with a unit.",
    example: "endpoints:\n  create: { auth: [admin], upload: { field: cover, storage: s3, max_size: 5mb } }",
  },
  SR056: {
    title: "A field that describes the upload has another type.",
    fix: "Make `_filename` and `_mime_type` strings, and `_size` an integer.",
    example: "schema:\n  cover: { type: file }\n  cover_size: { type: integer }",
    beyondSchema: true,
  },
  SR057: {
    title: "The path cannot be a route.",
    fix: "Begin with `/`; use letters, digits, `.`, `_`, `~`, `-`, and `:name` for a whole segment that varies.",
    example: "endpoints:\n  list: { path: /blog-articles, auth: public }",
  },
  SR058: {
    title: "The path's parameters do not fit the action.",
    fix: "Use `:id` once for get, update and delete, none for list, create and bulk, and each name once elsewhere.",
    example: "endpoints:\n  get: { path: '/blog-articles/:id', auth: public }",
  },
  SR059: {
    title: "The path begins with a segment that Shaperail adds or answers itself.",
    fix: "Leave out the version prefix, and choose another first segment than `sagas`.",
    example: "endpoints:\n  list: { path: /articles, auth: public }",
  },
  SR064: {
    title: "Only answers to GET are cached.",
    fix: "Remove `cache`.",
    example: "endpoints:\n  list: { auth: public, cache: { ttl: 60 } }",
  },
  SR065: {
    title: "The key has no effect on this action.",
    fix: "Remove the key, or move it to the endpoint it is meant for.",
    example: "endpoints:\n  list: { auth: public, pagination: offset }",
  },
  SR066: {
    title: "A custom endpoint has no after-controller; its handler decides the answer.",
    fix: "Move the work into the handler.",
    example:
      "endpoints:\n  publish: { method: POST, path: '/articles/:id/publish', auth: [admin], handler: publish_article, controller: { before: check_quota } }",
  },
  SR069: {
    title: "Clients never write this field.",
    fix: "Remove it from `input`: generated fields are filled in by the database, and a primary field never changes.",
    example: "endpoints:\n  create: { auth: [admin], input: [title] }",
    beyondSchema: true,
  },
  SR075: {
    title: "A custom endpoint has no handler.",
    fix: "Name the function that answers it, or use a conventional action.",
    example:
      "endpoints:\n  publish: { method: POST, path: '/articles/:id/publish', auth: [admin], handler: publish_article }",
  },
  SR085: {
    title: "An update cannot move a row to another tenant or owner.",
    fix: "Remove the field from `input`; write a custom endpoint for handing a row over.",
    example: "schema:\n  created_by: { type: uuid }\nendpoints:\n  update: { auth: owner, input: [title] }",
    beyondSchema: true,
  },
  SR101: {
    title: "A list can be filtered by a field that no index begins with.",
    fix: "Add an index that begins with the field, after the tenant key when there is one.",
    example: "endpoints:\n  list: { auth: public, filters: [status] }\nindexes:\n  - { fields: [status] }",
    severity: "warning",
    beyondSchema: true,
  },
  SR102: {
    title: "A required field can never be sent, so every create is refused.",
    fix: "Name the field in `input`, give it a default, or set it in a before-controller.",
    example:
      "schema:\n  title: { type: string, required: true }\nendpoints:\n  create: { auth: [admin], input: [title] }",
    severity: "warning",
    beyondSchema: true,
  },
};
