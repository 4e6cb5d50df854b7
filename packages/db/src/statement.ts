import { createHash } from "node:crypto";

/** SQL compiled once at start; every value is bound, so that the text never changes. */
export interface Statement {
  /** Names the statement in logs, traces and on the server. One name, one text. */
  readonly name: string;
  readonly text: string;
  /**
   * `false` sends the text every time instead of keeping it prepared on the server: for one of so many texts that each
   * connection would collect them without end.
   * @default true
   */
  readonly prepare?: boolean;
}

/** A row as PostgreSQL sent it: text per column, in the order of the statement. */
export type RawRow = readonly (string | null)[];

/** A value as PostgreSQL reads it: text, or null. */
export type RawValue = string | null;

export interface RawResult {
  readonly rows: readonly RawRow[];
  /** Rows returned or changed. */
  readonly rowCount: number;
}

const LONGEST_NAME = 63;
const READS = /^\s*select\b/i;
const LOCKS_OR_WRITES = /\bfor\s+(update|no\s+key\s+update|share|key\s+share)\b|\binto\b|\bpg_(try_)?advisory/i;

/** The name on the server. PostgreSQL cuts names at 63 bytes; a longer one becomes a hash, so that two never collide. */
export function serverNameOf({ name }: Statement, generation: number): string {
  const full = generation === 0 ? name : `${name}~${generation}`;
  return Buffer.byteLength(full) <= LONGEST_NAME
    ? full
    : `s_${createHash("sha256").update(full).digest("hex").slice(0, 48)}`;
}

/**
 * True when the statement only reads, so that others may be sent behind it on the same connection.
 *
 * A write can wait for a lock whose holder in turn waits for what was sent behind the write.
 */
export function isShareable({ text }: Statement): boolean {
  return READS.test(text) && !LOCKS_OR_WRITES.test(text);
}

/** LISTEN, PREPARE and locks of the session belong to a session, and a pooler gives the session to somebody else. */
const NEEDS_SESSION = /^\s*(un)?listen\b|^\s*prepare\b|\bpg_(try_)?advisory_lock(_shared)?\s*\(/i;

/** True when the statement means nothing behind a pooler in transaction mode, or leaves something behind for others. */
export function needsSession({ text }: Statement): boolean {
  return NEEDS_SESSION.test(text);
}
