import type { HandlerContext, ScopableQuery } from "@shaperail/rest";

interface Query extends ScopableQuery {
  execute(): Promise<readonly { readonly title: string; readonly created_by?: string | null }[]>;
}

/** What is used here of Kysely. */
export interface Database {
  selectFrom(table: string): { select(columns: readonly string[]): Query };
}

/** Titles of the rows that the caller may see. */
export function titlesOf(
  table: string,
  { db, scope }: HandlerContext<Record<string, unknown>, Database>,
): Promise<unknown> {
  return scope(db.selectFrom(table).select(["title"])).execute();
}
