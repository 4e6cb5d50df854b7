import { ShaperailError } from "@shaperail/core";

export type HttpErrorCode =
  /** 400: the request cannot be read: malformed JSON, a truncated or badly encoded body, an invalid URL. */
  | "BAD_REQUEST"
  /** 401: the endpoint needs credentials and none, or wrong ones, were sent. */
  | "UNAUTHORIZED"
  /** 403: the caller is known but may not do this. */
  | "FORBIDDEN"
  /** 404: no such route, or no such row that the caller may see. */
  | "NOT_FOUND"
  /** 405: the path exists, but not for this method; the `Allow` header lists those that do. */
  | "METHOD_NOT_ALLOWED"
  /** 406: none of the media types in `Accept` can be produced. */
  | "NOT_ACCEPTABLE"
  /** 408: the request did not arrive completely in time. */
  | "REQUEST_TIMEOUT"
  /** 409: the write collides with what is stored, such as a unique value taken by another row. */
  | "CONFLICT"
  /** 412: the row changed since the version named in `If-Match`. */
  | "PRECONDITION_FAILED"
  /** 413: the body, decompressed, is larger than the limit. */
  | "PAYLOAD_TOO_LARGE"
  /** 414: the URL is longer than the limit. */
  | "URI_TOO_LONG"
  /** 415: the body is not JSON in UTF-8, or is compressed in a way that is not understood. */
  | "UNSUPPORTED_MEDIA_TYPE"
  /** 417: the request waits for something in `Expect` that is not `100-continue`. */
  | "EXPECTATION_FAILED"
  /** 422: the request was read but its values break a rule; `details` has one entry per field. */
  | "VALIDATION_ERROR"
  /** 429: too many requests; `Retry-After` says when to come back. */
  | "RATE_LIMITED"
  /** 431: the header section is larger than the limit. */
  | "HEADERS_TOO_LARGE"
  /** 500: a fault of the server; the cause is in the log under the same request id. */
  | "INTERNAL_ERROR"
  /** 501: the endpoint is declared but its handler is not there. */
  | "NOT_IMPLEMENTED"
  /** 503: something the answer needs is unavailable, or the server is shutting down. */
  | "SERVICE_UNAVAILABLE";

/** The one place where a code becomes a status. */
export const STATUS_BY_CODE: Readonly<Record<HttpErrorCode, number>> = Object.freeze({
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  REQUEST_TIMEOUT: 408,
  CONFLICT: 409,
  PRECONDITION_FAILED: 412,
  PAYLOAD_TOO_LARGE: 413,
  URI_TOO_LONG: 414,
  UNSUPPORTED_MEDIA_TYPE: 415,
  EXPECTATION_FAILED: 417,
  VALIDATION_ERROR: 422,
  RATE_LIMITED: 429,
  HEADERS_TOO_LARGE: 431,
  INTERNAL_ERROR: 500,
  NOT_IMPLEMENTED: 501,
  SERVICE_UNAVAILABLE: 503,
});

/** One broken rule, as it appears in `details` of a `VALIDATION_ERROR`. */
export interface FieldIssue {
  /** Path of the field: `title`, `tags[2]`, `filter[status]`. */
  readonly field: string;
  /** What is wrong, for people. */
  readonly message: string;
  /** What is wrong, for programs: `required`, `too_long`, `invalid_type`, … */
  readonly code: string;
}

/** What an {@link HttpError} carries besides its message. */
export interface HttpErrorOptions {
  readonly code: HttpErrorCode;
  /** Broken rules, one per field. Sent as `details` when the code is `VALIDATION_ERROR`, and never otherwise. */
  readonly issues?: readonly FieldIssue[];
  /** Response headers that belong to the answer, such as `Retry-After` or `Allow`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What the operator can do. It is logged, never sent. */
  readonly hint?: string;
  /** The original error. It is logged, never sent. */
  readonly cause?: unknown;
}

/**
 * An answer other than success. Throw it from a handler: the client gets the error envelope with `message`.
 *
 * The message of `INTERNAL_ERROR` is the exception: it goes to the log and the client gets a generic text.
 */
export class HttpError extends ShaperailError<HttpErrorCode> {
  override readonly name = "HttpError";
  readonly status: number;
  readonly issues: readonly FieldIssue[] | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;

  constructor(message: string, { code, issues, headers, hint, cause }: HttpErrorOptions) {
    super(message, { code, hint, cause });
    this.status = STATUS_BY_CODE[code];
    this.issues = issues;
    this.headers = headers;
  }
}

export type HttpServerErrorCode =
  /** Another process, or another server of this one, listens on the port. */
  | "HTTP_PORT_IN_USE"
  /** The process may not listen on the port: those below 1024 usually need a privilege. */
  | "HTTP_PORT_FORBIDDEN"
  /** The host name or address to listen on does not belong to this machine. */
  | "HTTP_HOST_UNAVAILABLE"
  /** The server was closed before it could listen. */
  | "HTTP_SERVER_CLOSED"
  /** The server cannot listen for another reason; the cause has it. */
  | "HTTP_LISTEN_FAILED";

/** The server could not start listening. */
export class HttpServerError extends ShaperailError<HttpServerErrorCode> {
  override readonly name = "HttpServerError";
}
