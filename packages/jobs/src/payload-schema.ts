/** The part of Standard Schema that is used here; zod, valibot and arktype schemas have it. @see https://standardschema.dev */
export interface PayloadSchema<Payload> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    validate(value: unknown): SchemaResult<Payload> | Promise<SchemaResult<Payload>>;
  };
}

/** A valid value, or what is wrong with it. */
export type SchemaResult<Payload> =
  | { readonly value: Payload; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** A payload as its schema returns it, or the issues as text. Paths and messages only, never the value. */
export async function checkPayload<Payload>(
  schema: PayloadSchema<Payload>,
  payload: unknown,
): Promise<{ readonly payload: Payload } | { readonly problems: readonly string[] }> {
  const result = await schema["~standard"].validate(payload);
  return result.issues === undefined ? { payload: result.value } : { problems: result.issues.map(toText) };
}

function toText({ message, path = [] }: SchemaIssue): string {
  const place = path.map((part) => String(typeof part === "object" ? part.key : part)).join(".");
  return place === "" ? message : `${place}: ${message}`;
}
