import { HttpError } from "@shaperail/http";
import { validationError } from "../input/issue.ts";
import { type Following, OUTBOX_ROW } from "../outbox/following.ts";
import type { SqlResult, SqlRow, SqlStatement } from "../port.ts";
import { where } from "./table.ts";

/** A write that happens only when what it depends on is there, all in one statement. */
export interface GuardedWrite {
  readonly name: string;
  readonly prepare?: boolean;
  /** CTEs the write and its guards read from, each as `name AS (…)`. */
  readonly sources?: readonly string[];
  /** The INSERT, UPDATE or DELETE up to its WHERE. */
  readonly command: string;
  readonly conditions: readonly string[];
  readonly returning: readonly string[];
  /** What goes behind the conditions, such as ` ORDER BY i.n`. */
  readonly suffix?: string;
  /** SELECTs of one text column: the paths of values that refer to rows that are not there. */
  readonly missing?: readonly string[];
  /**
   * SELECT of one text column that has a row when the row to be written is there, and so says why it was not written: {@link CHANGED},
   * {@link FOREIGN}, or NULL for no reason of its own.
   */
  readonly found?: string;
  /** What is stored with every written row. @default nothing, which costs nothing */
  readonly following?: Following;
}

/** A write, and its statement. */
export interface CompiledWrite {
  readonly write: GuardedWrite;
  readonly statement: SqlStatement;
}

/** The row is there, at another version than the client knows. */
export const CHANGED = "changed";
/** The row is there, and somebody else's. */
export const FOREIGN = "foreign";

/** The statement; with guards, each row ends with what `found` says and the missing paths, and there is at least one row. */
export function compileGuardedWrite(write: GuardedWrite): SqlStatement {
  const {
    name,
    prepare = true,
    sources = [],
    command,
    conditions,
    returning,
    suffix = "",
    missing = [],
    found,
    following,
  } = write;
  const returned = returning.map((expression, index) => `${expression} AS c${index}`).join(", ");
  const guard = missing.length === 0 ? [] : ["NOT EXISTS (SELECT 1 FROM missing)"];
  const statement = `${command}${where([...conditions, ...guard])}${suffix} RETURNING ${returned}`;
  if (!isGuarded(write) && following === undefined) {
    const prefix = sources.length === 0 ? "" : `WITH ${sources.join(", ")} `;
    return { name, prepare, text: prefix + statement };
  }
  const parts = [
    ...sources,
    ...(missing.length === 0 ? [] : [`missing AS (${missing.join(" UNION ALL ")})`]),
    ...(found === undefined ? [] : [`found AS (${found})`]),
    ...(following === undefined
      ? [`written AS (${statement})`]
      : [
          `written AS (${statement}, ${following.row} AS ${OUTBOX_ROW})`,
          ...following.inserts.map((insert, index) => `outbox${index} AS (${insert})`),
        ]),
  ];
  const columns = following === undefined ? "w.*" : returning.map((_expression, index) => `w.c${index}`).join(", ");
  if (!isGuarded(write)) return { name, prepare, text: `WITH ${parts.join(", ")} SELECT ${columns} FROM written w` };
  const reason = found === undefined ? "NULL" : "(SELECT * FROM found)";
  const paths = missing.length === 0 ? "NULL" : "(SELECT string_agg(path, ' ') FROM missing)";
  return {
    name,
    prepare,
    text: `WITH ${parts.join(", ")} SELECT ${columns}, ${reason}, ${paths} FROM (SELECT 1) one LEFT JOIN written w ON TRUE`,
  };
}

/**
 * The rows that were written. The first returned column must never be null in a written row.
 *
 * @throws HttpError `FORBIDDEN` for somebody else's row, `VALIDATION_ERROR` for references that lead nowhere, `PRECONDITION_FAILED` for a row
 * that has changed.
 */
export function writtenRows(write: GuardedWrite, { rows }: SqlResult): readonly SqlRow[] {
  if (!isGuarded(write)) return rows;
  const width = write.returning.length;
  const written = rows.filter((row) => row[0] !== null);
  if (written.length > 0) return written;
  const [first] = rows;
  const reason = first?.[width];
  if (reason === FOREIGN) throw forbidden();
  const paths = first?.[width + 1]?.split(" ");
  if (paths !== undefined) throw brokenReferences(paths);
  if (reason === CHANGED) throw preconditionFailed();
  return [];
}

/** Why a row was refused, for the log. */
export const NOT_OWNER = "the row belongs to somebody else";

/** The row is there and the caller may not know more of it, nor change it. */
export function forbidden(): HttpError {
  return new HttpError("Forbidden", { code: "FORBIDDEN", cause: NOT_OWNER });
}

/** The row is not at the version the client knows. */
export function preconditionFailed(): HttpError {
  return new HttpError("The resource was changed since it was read", { code: "PRECONDITION_FAILED" });
}

function isGuarded({ missing = [], found }: GuardedWrite): boolean {
  return missing.length > 0 || found !== undefined;
}

function brokenReferences(paths: readonly string[]): HttpError {
  const issues = paths.map((field) => ({
    field,
    code: "invalid_reference",
    message: "refers to a row that does not exist",
  }));
  return validationError(issues);
}
