import type { Node, RangeVar, TypeName } from "libpg-query";
import { identifier } from "../migrate/sql-text.ts";

/** A table's name as it is compared: without the schema where that is `public`. */
export function tableKey({ schemaname, relname = "" }: RangeVar): string {
  return keyOf([schemaname, relname]);
}

/** The same for a name that the syntax tree spells as a list, such as those of DROP. */
export function keyOf(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "" && part !== "public").join(".");
}

/** A table's name as SQL. */
export function tableSql({ schemaname, relname = "" }: RangeVar): string {
  return [schemaname, relname].flatMap((part) => (part ? [identifier(part)] : [])).join(".");
}

/** The strings of a list of nodes; everything else in it is left out. */
export function stringsOf(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => {
    if ("String" in node) return [node.String.sval ?? ""];
    return "List" in node ? stringsOf(node.List.items) : [];
  });
}

/** `varchar`, `int4`, `app.mood`. */
export function typeKey(type: TypeName | undefined): string {
  return stringsOf(type?.names)
    .filter((part) => part !== "pg_catalog" && part !== "public")
    .join(".");
}

/** The numbers in parentheses: `[10, 2]` of `numeric(10, 2)`. */
export function typeModifiers(type: TypeName | undefined): number[] {
  return (type?.typmods ?? []).map((node) => ("A_Const" in node ? (node.A_Const.ival?.ival ?? 0) : Number.NaN));
}
