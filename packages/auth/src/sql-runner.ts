/** SQL with bound values. One name, one text. */
export interface SqlStatement {
  readonly name: string;
  readonly text: string;
}

/** What runs a statement in a transaction of its own. A `Database` of `@shaperail/db` is one. */
export interface SqlRunner {
  /** Values go in and rows come back as PostgreSQL's text. */
  run(
    statement: SqlStatement,
    values: readonly (string | null)[],
  ): Promise<{ readonly rows: readonly (readonly (string | null)[])[]; readonly rowCount: number }>;
}
