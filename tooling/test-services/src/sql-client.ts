import { type Closeable, closeable } from "@shaperail/core";
import pg from "pg";

/** A statement with the name under which the server keeps it prepared. */
export interface SqlClientStatement {
  readonly name: string;
  readonly text: string;
}

/** PostgreSQL's text, in the order of the statement. */
export interface SqlClientResult {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly rowCount: number;
}

/** What runs statements where `@shaperail/db` may not be imported. The shape is that of its `run`. */
export interface SqlClient extends Closeable {
  run(statement: SqlClientStatement, values: readonly (string | null)[]): Promise<SqlClientResult>;
  /** Runs a script of any number of statements; returns the rows of the last one. */
  sql(text: string): Promise<SqlClientResult["rows"]>;
  /** Holds the lock a statement takes until the work is done. */
  whileLocked(statement: string, work: () => Promise<void>): Promise<void>;
}

/** Opens a few connections to a database of a test. */
export function openSqlClient(url: string): SqlClient {
  const pool = new pg.Pool({ connectionString: url, max: 8, connectionTimeoutMillis: 10_000, query_timeout: 30_000 });
  // A test that drops the database would otherwise end the process through an unhandled `error` event.
  pool.on("error", () => undefined);
  const types = { getTypeParser: () => (text: string) => text };
  return {
    async run({ name, text }, values) {
      const options = { name, text, values: [...values], rowMode: "array" as const, types };
      const { rows, rowCount } = await pool.query<(string | null)[]>(options);
      return { rows, rowCount: rowCount ?? 0 };
    },
    async sql(text) {
      const results: unknown = await pool.query<(string | null)[]>({ text, rowMode: "array", types });
      const last: unknown = Array.isArray(results) ? results.at(-1) : results;
      return (last as pg.QueryArrayResult<(string | null)[]>).rows;
    },
    async whileLocked(statement, work) {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        await client.query(statement);
        await work();
      } finally {
        await client.query("ROLLBACK");
        client.release();
      }
    },
    ...closeable(() => pool.end()),
  };
}
