import type { JsonObject, Parameter } from "./model.ts";

const text = (description: string): JsonObject => ({ description, schema: { type: "string" } });

/** Response headers by name. */
export const RESPONSE_HEADERS: JsonObject = {
  "X-Request-Id": text("Names this request in the log; the one the client sent, or a new one."),
  ETag: text("Version of the row, for `If-None-Match` and `If-Match`. Not there when `include` added rows."),
  "X-Cache": {
    description:
      "`HIT`: from the cache. `MISS`: from the database. `BYPASS`: from the database, because `nocache=1` or the caller's role asked for it.",
    schema: { type: "string", enum: ["HIT", "MISS", "BYPASS"] },
  },
  "Idempotency-Replayed": {
    description: "`true` when this is the answer that an earlier request with the same key got.",
    schema: { type: "string", enum: ["true"] },
  },
  "Retry-After": { description: "When to come back, in seconds.", schema: { type: "integer", minimum: 0 } },
  RateLimit: text('What is left of the caller\'s limit, and when it is whole again, in seconds: `"default";r=3;t=40`.'),
  "RateLimit-Policy": text('The limit and its window, in seconds: `"default";q=100;w=60`.'),
  "WWW-Authenticate": text("Which credentials are understood."),
};

const conditional = (name: string, description: string): Parameter => ({
  name,
  in: "header",
  description,
  schema: { type: "string" },
});

/** Request headers that endpoints act on, by the name of the component. */
export const HEADER_PARAMETERS: Readonly<Record<"IfNoneMatch" | "IfMatch" | "IdempotencyKey", Parameter>> = {
  IfNoneMatch: conditional("If-None-Match", "An `ETag`: 304 when the row still has it."),
  IfMatch: conditional("If-Match", "An `ETag`: 412 when the row no longer has it."),
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description:
      "Names this write, so that it can be repeated safely: the same key and body get the same answer, another body " +
      "is refused with 422, and a key whose first request is still running with 409.",
    schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[\\x21-\\x7e]+$" },
  },
};
