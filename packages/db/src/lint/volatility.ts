import type { Node } from "libpg-query";
import { stringsOf } from "./names.ts";
import { findNodes } from "./walk.ts";

/**
 * Functions of PostgreSQL that give every row of a statement the same value, so that ADD COLUMN stores it once. The list
 * has those that defaults are made of; any other function is taken for volatile, which is the safe mistake.
 */
const SAME_FOR_EVERY_ROW = new Set(
  `now transaction_timestamp statement_timestamp current_setting current_database current_schema version
  lower upper initcap length char_length concat concat_ws md5 sha256 encode decode convert_to convert_from format repeat
  replace substring substr left right trim btrim ltrim rtrim lpad rpad to_char to_date to_number to_timestamp
  date_trunc date_part extract timezone make_date make_time make_timestamp make_timestamptz make_interval age
  abs ceil ceiling floor round trunc sign sqrt power mod greatest least
  jsonb_build_object jsonb_build_array json_build_object json_build_array to_jsonb to_json array_fill array_append
  int4range int8range numrange daterange tsrange tstzrange to_tsvector`.split(/\s+/),
);

/** The expression may differ from row to row. */
export function isVolatile(expression: Node | undefined): boolean {
  return findNodes(expression, "FuncCall").some(({ funcname }) => {
    const [name = "", schema = "pg_catalog"] = stringsOf(funcname).toReversed();
    return schema !== "pg_catalog" || !SAME_FOR_EVERY_ROW.has(name);
  });
}
