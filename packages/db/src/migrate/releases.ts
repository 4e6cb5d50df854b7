import { createHash } from "node:crypto";
import type { Database } from "../database.ts";
import type { RawRow, RawValue } from "../statement.ts";
import type { LiveRelease, ReleaseContract } from "./release-contract.ts";

/** What runs a statement: a database, or whatever else has a `run` like its. */
export type StatementRunner = Pick<Database, "run">;

/**
 * A release and what it depends on. Two processes of one name may depend on different things, while one replaces the
 * other: the fingerprint of the contract tells them apart, so that neither is forgotten.
 */
const CREATE = `CREATE TABLE IF NOT EXISTS shaperail_releases (
  release TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  contract JSONB NOT NULL,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  last_seen_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  retired_at TIMESTAMPTZ,
  PRIMARY KEY (release, fingerprint)
)`;

const INSERT = `INSERT INTO shaperail_releases (release, fingerprint, contract) VALUES ($1, $2, $3::text::jsonb)
  ON CONFLICT (release, fingerprint) DO UPDATE SET last_seen_at = now()`;
/** Whoever starts a release that was retired, as a roll-back does, uses it again. */
const REVIVE = `, retired_at = NULL,
  started_at = CASE WHEN shaperail_releases.retired_at IS NULL THEN shaperail_releases.started_at ELSE now() END`;

/** A row of the memory. */
export interface Release extends LiveRelease {
  readonly fingerprint: string;
  /** ISO 8601, by the server's clock, as the other two. */
  readonly startedAt: string;
  readonly lastSeenAt: string;
  /** Undefined while it is live. */
  readonly retiredAt: string | undefined;
  /** Since a process of it was last heard of. */
  readonly secondsSinceSeen: number;
}

/** The releases a database remembers are in a table beside the history of migrations; `applyMigrations` makes it as well. */
export async function createReleaseMemory(database: StatementRunner): Promise<void> {
  // Asked first, because IF NOT EXISTS needs the right to create even when there is nothing to create.
  if (!(await hasReleaseMemory(database))) await query(database, "create", { text: CREATE });
}

async function hasReleaseMemory(database: StatementRunner): Promise<boolean> {
  const rows = await query(database, "exists", { text: "select to_regclass('shaperail_releases')" });
  return (rows[0]?.[0] ?? null) !== null;
}

export interface RecordReleaseOptions {
  /** Name of what was deployed: a tag, a commit, a version. */
  readonly release: string;
  readonly contract: ReleaseContract;
}

/**
 * Remembers that a release is live: from now on migrations must leave it what it depends on, until it is retired. One
 * that was retired is live again.
 *
 * @throws `DbError`, among others `DB_SCHEMA_MISMATCH` when nobody has migrated this database yet
 */
export async function recordRelease(database: StatementRunner, options: RecordReleaseOptions): Promise<void> {
  await query(database, "record", { text: INSERT + REVIVE, values: valuesOf(options) });
}

/**
 * Says that the release still runs. Retires and revives nothing.
 *
 * @throws `DbError`, as {@link recordRelease}
 */
export async function touchRelease(database: StatementRunner, options: RecordReleaseOptions): Promise<void> {
  await query(database, "touch", { text: INSERT, values: valuesOf(options) });
}

function valuesOf({ release, contract }: RecordReleaseOptions): RawValue[] {
  return [release, fingerprintOf(contract), JSON.stringify(contract)];
}

/** Short text that differs when the contract does. */
export function fingerprintOf(contract: ReleaseContract): string {
  return createHash("sha256").update(JSON.stringify(contract)).digest("hex").slice(0, 12);
}

const LIST = `SELECT release, fingerprint, contract,
  ${["started_at", "last_seen_at", "retired_at"]
    .map((column) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`)
    .join(", ")},
  floor(extract(epoch FROM now() - last_seen_at))
  FROM shaperail_releases ORDER BY started_at, release, fingerprint`;

/** Every release that was ever recorded, oldest first; none when this database was never migrated. */
export async function listReleases(database: StatementRunner): Promise<Release[]> {
  if (!(await hasReleaseMemory(database))) return [];
  return (await query(database, "list", { text: LIST })).map(
    ([release, fingerprint, contract, startedAt, lastSeenAt, retiredAt, seconds]) => ({
      release: release ?? "",
      fingerprint: fingerprint ?? "",
      contract: JSON.parse(contract ?? '{"tables":[]}') as ReleaseContract,
      startedAt: startedAt ?? "",
      lastSeenAt: lastSeenAt ?? "",
      retiredAt: retiredAt ?? undefined,
      secondsSinceSeen: Math.max(0, Number(seconds)),
    }),
  );
}

/** The releases that migrations must not break: those that nobody has retired, however long ago they were heard of. */
export async function liveReleases(database: StatementRunner): Promise<LiveRelease[]> {
  return (await listReleases(database)).filter(({ retiredAt }) => retiredAt === undefined);
}

/** Which releases have ended: one, or every other. */
export type Retirement = { readonly release: string } | { readonly allBut: string };

/** Forgets what these releases depend on; returns the names of those that were live. */
export async function retireReleases(database: StatementRunner, retirement: Retirement): Promise<string[]> {
  if (!(await hasReleaseMemory(database))) return [];
  const [operator, release] = "release" in retirement ? ["=", retirement.release] : ["<>", retirement.allBut];
  const text = `UPDATE shaperail_releases SET retired_at = now() WHERE retired_at IS NULL AND release ${operator} $1 RETURNING release`;
  const rows = await query(database, `retire${operator}`, { text, values: [release] });
  return [...new Set(rows.map(([name]) => name ?? ""))].toSorted();
}

interface Query {
  readonly text: string;
  readonly values?: readonly RawValue[];
}

/** Asked too rarely to be worth a prepared statement on every connection. */
async function query(
  database: StatementRunner,
  name: string,
  { text, values = [] }: Query,
): Promise<readonly RawRow[]> {
  return (await database.run({ name: `releases.${name}`, text, prepare: false }, values)).rows;
}
