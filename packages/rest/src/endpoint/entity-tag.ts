import type { IncomingMessage } from "node:http";
import type { SqlValue } from "../port.ts";
import { preconditionFailed } from "../sql/guarded-write.ts";

/**
 * System column with the transaction that wrote the row: it changes with every update and costs nothing to keep.
 * https://www.postgresql.org/docs/current/ddl-system-columns.html
 */
export const VERSION = "xmin";

/** Entity tag of a row's version in one of its representations; `shape` tells projections apart. */
export function rowTag(version: SqlValue | undefined, shape: string): string {
  return shape === "" ? `"${version ?? ""}"` : `"${version ?? ""}-${Buffer.from(shape).toString("base64url")}"`;
}

/** Whether `If-None-Match` names the tag: the client has this representation. */
export function isFresh({ headers }: IncomingMessage, tag: string): boolean {
  const names = headers["if-none-match"];
  if (names === undefined) return false;
  return names === "*" || names.split(",").some((name) => name.trim().replace(/^W\//, "") === tag);
}

/**
 * Versions of the row that `If-Match` accepts; undefined when any will do.
 * @throws HttpError `PRECONDITION_FAILED` when the header holds no tag of ours, so that nothing can match.
 */
export function expectedVersions({ headers }: IncomingMessage): readonly string[] | undefined {
  const names = headers["if-match"];
  if (names === undefined || names.trim() === "*") return undefined;
  // A weak tag never matches here: RFC 9110, section 13.1.1.
  const versions = names.split(",").flatMap((name) => /^\s*"(\d{1,10})(?:-[A-Za-z0-9_-]*)?"\s*$/.exec(name)?.[1] ?? []);
  if (versions.length === 0) throw preconditionFailed();
  return versions;
}
