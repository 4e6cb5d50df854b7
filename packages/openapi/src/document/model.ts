/** A JSON value; the whole document is one. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** A schema, a parameter, a response: an object of the document, or a reference to one. */
export type Part = JsonObject;

/** Methods that a path can have, as OpenAPI writes them. */
export type PathMethod = "get" | "post" | "put" | "patch" | "delete";

export interface Parameter extends JsonObject {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly schema: Part;
}

/** What one method of one path does. */
export interface Operation extends JsonObject {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly responses: { readonly [status: string]: Part };
}

export type PathItem = { readonly [Method in PathMethod]?: Operation };

/** Named parts of a document, by kind. */
export interface Components {
  readonly schemas: { readonly [name: string]: Part };
  readonly responses: { readonly [name: string]: Part };
  readonly headers: { readonly [name: string]: Part };
  readonly parameters: { readonly [name: string]: Part };
  readonly securitySchemes: { readonly [name: string]: Part };
}

/**
 * An OpenAPI 3.1 document: plain JSON with the keys of every object sorted, so that equal resources make equal bytes.
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export interface OpenApiDocument {
  readonly openapi: "3.1.0";
  readonly info: { readonly title: string; readonly version: string };
  readonly servers: readonly { readonly url: string; readonly description?: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: { readonly [path: string]: PathItem };
  readonly components: Components;
}
