/** SQL with a name; every value is bound. `Statement` of `@shaperail/db` is one. */
export interface SqlStatement {
  readonly name: string;
  readonly text: string;
}

/** Rows as PostgreSQL's text, in the order of the columns. */
export interface SqlAnswer {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly rowCount: number;
}

/** Runs one statement. */
export interface SqlRunner {
  run(statement: SqlStatement, values: readonly (string | null)[]): Promise<SqlAnswer>;
}

/** What is needed of a database; `Database` of `@shaperail/db` is one. */
export interface SqlDatabase extends SqlRunner {
  /** Commits when the work resolves, rolls back when it rejects. */
  transaction<T>(work: (transaction: SqlRunner) => Promise<T>): Promise<T>;
}
