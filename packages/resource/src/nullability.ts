import type { Field } from "./model.ts";

/**
 * NULL may be stored in the field's column: the field says so, or nothing says otherwise. A default or a generated value means that the
 * column is never empty, as in the generated migrations.
 */
export function isNullable({ nullable, required, primary, generated, default: value }: Field): boolean {
  const hasDefault = value !== undefined && value !== null;
  return nullable || !(required || primary || generated || hasDefault);
}
