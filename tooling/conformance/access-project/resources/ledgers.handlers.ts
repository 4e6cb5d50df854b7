import type { HandlerContext } from "@shaperail/rest";
import { type Database, titlesOf } from "../titles-of.ts";

export const titles = (context: HandlerContext<Record<string, unknown>, Database>): Promise<unknown> =>
  titlesOf("ledgers", context);

/** Titles of the rows that the caller made, which no rule asks for. */
export async function own_titles({
  db,
  scope,
  user,
}: HandlerContext<Record<string, unknown>, Database>): Promise<unknown> {
  const rows = await scope(db.selectFrom("ledgers").select(["title", "created_by"])).execute();
  return rows.filter((row) => row.created_by === user?.sub);
}
