import type { RunningProject } from "./start-project.ts";

/** Rows of every table, as a count and a checksum of their text. */
export async function databaseState({ sql }: Pick<RunningProject, "sql">): Promise<readonly Record<string, unknown>[]> {
  const tables = await sql(
    "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
  );
  const checks = tables.map(
    ({ name }) =>
      `SELECT '${String(name)}' AS "table", count(*) AS rows, md5(string_agg(t::text, ',' ORDER BY t::text)) AS checksum FROM ${String(name)} t`,
  );
  return sql(checks.join(" UNION ALL "));
}
