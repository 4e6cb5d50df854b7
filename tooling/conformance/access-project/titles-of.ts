import type { HandlerContext, ScopableQuery } from "@shaperail/rest";

interface Query extends ScopableQuery {
  execute(): Promise<unknown>;
}

/** What is used here of Kysely. */
export interface Database {
  selectFrom(table: string): { select(column: string): Query };
}

/** Titles of the rows that the caller may see. */
export function titlesOf(
  table: string,
  { db, scope }: HandlerContext<Record<string, unknown>, Database>,
): Promise<unknown> {
  return scope(db.selectFrom(table).select("title")).execute();
}
