import { isExactNumber } from "@shaperail/http";
import { type Endpoint, type Field, isNullable } from "@shaperail/resource";
import type { Column } from "../sql/column.ts";
import { stampedFields } from "../stamp.ts";
import { createIssueList, type IssueList, validationError } from "./issue.ts";
import type { SqlValue } from "../port.ts";
import type { Table } from "../sql/table.ts";
import { compileValueCheck, type ValueCheck } from "./value-check.ts";

/** A field a client may write at an endpoint, with everything that can be worked out at start. */
export interface InputField {
  readonly field: Field;
  readonly check: ValueCheck;
  readonly nullable: boolean;
  /** Text stored when the field is left out on create. */
  readonly defaultText: SqlValue;
  /** Undefined for a transient field, which is checked and then dropped. */
  readonly column: Column | undefined;
}

/** The fields a client may write at an endpoint, in schema order. */
export function compileInput({ input }: Endpoint, table: Table): readonly InputField[] {
  return compileFields(table, ({ name }) => input.includes(name));
}

/** The fields of a new row: what a client may write, and what is filled in from the caller. */
export function compileInsertable(endpoint: Endpoint, table: Table): readonly InputField[] {
  const stamped = stampedFields(table.resource, endpoint);
  return compileFields(table, ({ name }) => endpoint.input.includes(name) || stamped.has(name));
}

/** The fields a controller may write: all but those the database fills in. */
export function compileStorable(table: Table): readonly InputField[] {
  return compileFields(table, ({ generated }) => !generated);
}

function compileFields(table: Table, isIncluded: (field: Field) => boolean): readonly InputField[] {
  return table.resource.fields.filter(isIncluded).map((field) => {
    const check = compileValueCheck(field);
    return {
      field,
      check,
      nullable: isNullable(field),
      defaultText: defaultTextOf(field, check),
      column: table.columns.get(field.name),
    };
  });
}

/** The body as an object, or 422 `invalid_body`. */
function toObject(body: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body) && !isExactNumber(body);
  if (isObject) return body as Record<string, unknown>;
  throw validationError([{ field: "body", code: "invalid_body", message: "must be an object" }]);
}

/**
 * The writable keys of the body, for controllers: those that are present and not null follow the rules of their field; nothing is required yet.
 * @throws HttpError `VALIDATION_ERROR` with every broken rule.
 */
export function pickInput(fields: readonly InputField[], body: unknown): Record<string, unknown> {
  const object = toObject(body);
  const issues = createIssueList();
  const picked: Record<string, unknown> = {};
  for (const { field, check } of fields) {
    if (!Object.hasOwn(object, field.name)) continue;
    const value = object[field.name];
    picked[field.name] = value;
    if (value !== null) check(value, field.name, issues);
  }
  issues.throwIfAny();
  return picked;
}

/**
 * The values of a new row in the order of the fields: every required field present, defaults filled in.
 * Keys that are not writable here are left out.
 * @throws HttpError `VALIDATION_ERROR` with every broken rule.
 */
export function readCreateInput(fields: readonly InputField[], body: unknown): SqlValue[] {
  const object = toObject(body);
  const issues = createIssueList();
  const values = fields.map((input): SqlValue => {
    const { name, required } = input.field;
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    if (value !== undefined) return readValue(input, value, issues);
    if (required && input.field.default === undefined) issues.add(name, "required", "is required");
    return input.defaultText;
  });
  issues.throwIfAny();
  return values;
}

/**
 * The values of a partial update; undefined where the body does not have the field.
 * @throws HttpError `VALIDATION_ERROR` with every broken rule, or `empty_update` when no writable field is there.
 */
export function readUpdateInput(
  fields: readonly InputField[],
  body: unknown,
  { mayBeEmpty = false }: { readonly mayBeEmpty?: boolean } = {},
): (SqlValue | undefined)[] {
  const object = toObject(body);
  const issues = createIssueList();
  const values = fields.map((input): SqlValue | undefined => {
    const { name } = input.field;
    return Object.hasOwn(object, name) ? readValue(input, object[name], issues) : undefined;
  });
  issues.throwIfAny();
  if (mayBeEmpty || values.some((value) => value !== undefined)) return values;
  const names = fields.map(({ field }) => field.name).join(", ");
  throw validationError([{ field: "body", code: "empty_update", message: `must have at least one of ${names}` }]);
}

function readValue(input: InputField, value: unknown, issues: IssueList): SqlValue {
  const { name } = input.field;
  if (value !== null) return input.check(value, name, issues) ?? null;
  if (!input.nullable) issues.add(name, "required", "must not be null");
  return null;
}

function defaultTextOf(field: Field, check: ValueCheck): SqlValue {
  if (field.default === undefined || field.default === null) return null;
  const issues = createIssueList();
  const text = check(field.default, field.name, issues);
  if (text === undefined)
    throw new TypeError(`The default of ${field.name} does not fit; the resource was not validated.`);
  return text;
}
