import type { Exchange } from "@shaperail/http";
import type { AuthRule } from "@shaperail/resource";

/** SQL compiled once; one name, one text. */
export interface SqlStatement {
  readonly name: string;
  readonly text: string;
  /** `false`: one of so many texts that the server should not keep it prepared. @default true */
  readonly prepare?: boolean;
}

/** A value as PostgreSQL reads it: text, or null. */
export type SqlValue = string | null;

/** A row as PostgreSQL sent it: text per column, in the order of the statement. */
export type SqlRow = readonly SqlValue[];

export interface SqlResult {
  readonly rows: readonly SqlRow[];
  /** Rows returned or changed. */
  readonly rowCount: number;
}

/** What this package needs of a database. `@shaperail/db` has it; so does a few lines around any driver that returns text. */
export interface StatementRunner {
  /** Runs one statement with every value bound. Rejects with an error whose `code` is one of `@shaperail/db`'s. */
  run(statement: SqlStatement, values: readonly SqlValue[]): Promise<SqlResult>;
  /**
   * Runs the work in one transaction. Needed for `Idempotency-Key` only; without it such requests are answered 501.
   * @default none
   */
  transaction?<T>(work: (transaction: Pick<StatementRunner, "run">) => Promise<T>): Promise<T>;
}

/** Who is calling. */
export interface Subject {
  /** Identifier of the user or key. */
  readonly sub: string;
  readonly role: string;
  readonly tenantId: string | undefined;
}

/**
 * Decides whether the caller may use an endpoint that is not public, and says who it is.
 * Throws an `HttpError` (`UNAUTHORIZED`, `FORBIDDEN`) when not.
 */
export type Authorize = (
  exchange: Exchange,
  rule: Extract<AuthRule, { kind: "restricted" }>,
) => Subject | Promise<Subject>;
