import type { HttpErrorCode } from "@shaperail/http";
import type { JsonObject, Part } from "./model.ts";

/** Every code of the error envelope, in the order of its status. The type makes a missing or an unknown one a compile error. */
const ERROR_CODES: readonly HttpErrorCode[] = Object.keys({
  BAD_REQUEST: true,
  UNAUTHORIZED: true,
  FORBIDDEN: true,
  NOT_FOUND: true,
  METHOD_NOT_ALLOWED: true,
  NOT_ACCEPTABLE: true,
  REQUEST_TIMEOUT: true,
  CONFLICT: true,
  PRECONDITION_FAILED: true,
  PAYLOAD_TOO_LARGE: true,
  URI_TOO_LONG: true,
  UNSUPPORTED_MEDIA_TYPE: true,
  EXPECTATION_FAILED: true,
  VALIDATION_ERROR: true,
  RATE_LIMITED: true,
  HEADERS_TOO_LARGE: true,
  INTERNAL_ERROR: true,
  NOT_IMPLEMENTED: true,
  SERVICE_UNAVAILABLE: true,
} satisfies Record<HttpErrorCode, true>) as HttpErrorCode[];

/** Codes of single fields that the server itself uses; a controller may add its own. */
const ISSUE_CODES: readonly string[] = [
  "required",
  "too_short",
  "too_long",
  "too_small",
  "too_large",
  "invalid_enum",
  "invalid_format",
  "invalid_uuid",
  "invalid_type",
  "invalid_reference",
  "invalid_value",
  "forbidden_value",
  "invalid_filter",
  "invalid_cursor",
  "empty_update",
  "invalid_body",
  "empty_body",
  "too_many_items",
  "invalid_id",
  "INVALID_FILTER_FORM",
  "UNDECLARED_FILTER",
  "missing_filename",
  "invalid_utf8",
  "invalid_integer",
  "invalid_number",
  "invalid_boolean",
  "invalid_json",
  "file_too_large",
  "invalid_mime_type",
  "wasm_error",
];

/** The schemas of the error envelope. */
export const ERROR_SCHEMAS: JsonObject = {
  ErrorResponse: {
    type: "object",
    description: "What every answer other than success looks like.",
    required: ["error"],
    properties: {
      error: {
        type: "object",
        required: ["code", "status", "message", "request_id", "details"],
        properties: {
          code: { type: "string", enum: ERROR_CODES, description: "What happened, for programs." },
          status: { type: "integer", description: "The status of the response." },
          message: { type: "string", description: "What happened, for people." },
          request_id: { type: "string", description: "The same as in `X-Request-Id`, and in the log." },
          details: {
            type: ["array", "null"],
            items: { $ref: "#/components/schemas/FieldIssue" },
            description: "Every broken rule when `code` is `VALIDATION_ERROR`, otherwise null.",
          },
        },
      },
    },
  },
  FieldIssue: {
    type: "object",
    description: "One broken rule.",
    required: ["field", "message", "code"],
    properties: {
      field: { type: "string", description: "Path of the field: `title`, `tags[2]`, `filter[status]`." },
      message: { type: "string", description: "What is wrong, for people." },
      code: {
        type: "string",
        description: `What is wrong, for programs. The server itself uses ${ISSUE_CODES.join(", ")}.`,
      },
    },
  },
};

/** Statuses other than success that an endpoint can answer with. */
export type ErrorStatus =
  | "400"
  | "401"
  | "403"
  | "404"
  | "409"
  | "412"
  | "413"
  | "415"
  | "422"
  | "429"
  | "500"
  | "503"
  | "default";

interface ErrorAnswer {
  readonly name: string;
  readonly description: string;
  readonly headers?: readonly string[];
}

const ANSWERS: Readonly<Record<ErrorStatus, ErrorAnswer>> = {
  400: { name: "BadRequest", description: "`BAD_REQUEST`: the URL or the body cannot be read." },
  401: {
    name: "Unauthorized",
    description: "`UNAUTHORIZED`: no credentials were sent, or wrong ones.",
    headers: ["WWW-Authenticate"],
  },
  403: { name: "Forbidden", description: "`FORBIDDEN`: the caller is known but may not do this." },
  404: { name: "NotFound", description: "`NOT_FOUND`: there is no such row that the caller may see." },
  409: {
    name: "Conflict",
    description:
      "`CONFLICT`: the write collides with what is stored or in flight. With `Retry-After` when it may work later.",
    headers: ["Retry-After"],
  },
  412: {
    name: "PreconditionFailed",
    description: "`PRECONDITION_FAILED`: the row changed since the version named in `If-Match`.",
  },
  413: { name: "PayloadTooLarge", description: "`PAYLOAD_TOO_LARGE`: the body is larger than the limit." },
  415: {
    name: "UnsupportedMediaType",
    description: "`UNSUPPORTED_MEDIA_TYPE`: the body is not of a type that is understood here.",
  },
  422: {
    name: "ValidationError",
    description: "`VALIDATION_ERROR`: values break rules; `details` names each.",
  },
  429: {
    name: "RateLimited",
    description: "`RATE_LIMITED`: too many requests from this caller.",
    headers: ["Retry-After"],
  },
  500: {
    name: "InternalError",
    description: "`INTERNAL_ERROR`: a fault of the server; its log has the cause under the same request id.",
  },
  503: {
    name: "ServiceUnavailable",
    description: "`SERVICE_UNAVAILABLE`: something the answer needs is not available now.",
    headers: ["Retry-After"],
  },
  default: { name: "OtherError", description: "Whatever else the handler refuses with." },
};

const STATUSES = Object.keys(ANSWERS) as ErrorStatus[];

/** Headers of an answer whose caller is limited. */
export const LIMIT_HEADERS: readonly string[] = ["RateLimit", "RateLimit-Policy"];

/** One response component for each status. Where callers are limited, refusals say what is left of the limit, too. */
export function errorComponents({ isLimited }: { readonly isLimited: boolean }): JsonObject {
  return Object.fromEntries(
    STATUSES.map((status) => {
      const { name, description, headers = [] } = ANSWERS[status];
      const content = { "application/json": { schema: { $ref: "#/components/schemas/ErrorResponse" } } };
      const own = headersOf([...headers, ...(isLimited ? LIMIT_HEADERS : [])]);
      return [name, { description, headers: own, content }];
    }),
  );
}

/** References to the responses of these statuses. */
export function errorResponses(statuses: readonly ErrorStatus[]): Readonly<Record<string, Part>> {
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/${ANSWERS[status].name}` }]),
  );
}

/** Headers of a response by name: those every response carries, and these. */
export function headersOf(names: readonly string[]): Part {
  return Object.fromEntries(["X-Request-Id", ...names].map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
