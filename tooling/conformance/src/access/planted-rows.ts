import { randomBytes, randomUUID } from "node:crypto";
import type { Resource } from "@shaperail/resource";
import type { RunningProject } from "../start-project.ts";

export const TENANT_A = "aaaaaaaa-0000-4000-8000-00000000000a";
export const TENANT_B = "bbbbbbbb-0000-4000-8000-00000000000b";

/** A row whose title occurs nowhere else, so that whoever has been shown it can be told. */
export interface PlantedRow {
  /** `tasks.mine` */
  readonly name: string;
  readonly id: string;
  readonly title: string;
  readonly owner: string | null;
  readonly tenant: string;
  readonly isRemoved: boolean;
}

/** Every title has it. */
export const CANARY = "canary";

const KINDS = [
  { kind: "mine", owner: "olga", tenant: TENANT_A },
  { kind: "colleagues", owner: "otto", tenant: TENANT_A },
  { kind: "nobodys", owner: null, tenant: TENANT_A },
  { kind: "strangers", owner: "bob", tenant: TENANT_B },
  { kind: "namesakes", owner: "olga", tenant: TENANT_B },
  { kind: "removed", owner: "olga", tenant: TENANT_A },
  // What rows of other resources belong to.
  { kind: "hub", owner: "olga", tenant: TENANT_A },
];

/** One row of each kind. */
export function plantRows(resource: Resource): readonly PlantedRow[] {
  const { name, fields } = resource;
  const isSoft = fields.some((field) => field.name === "deleted_at");
  return KINDS.filter(({ kind }) => isSoft || kind !== "removed").map(({ kind, owner, tenant }) => ({
    name: `${name}.${kind}`,
    id: randomUUID(),
    title: `${CANARY} ${name}${kind}${randomBytes(4).toString("hex")}`,
    owner,
    tenant,
    isRemoved: kind === "removed",
  }));
}

/** Makes the rows of a table these ones, each belonging to the hub of what it refers to. */
export async function resetRows(
  { sql }: Pick<RunningProject, "sql">,
  resource: Resource,
  rows: ReadonlyMap<string, readonly PlantedRow[]>,
): Promise<void> {
  const { name, fields, relations } = resource;
  const hubOf = (other: string): string | undefined => rows.get(other)?.find((row) => row.name === `${other}.hub`)?.id;
  const links = relations
    .filter(({ kind }) => kind === "belongs_to")
    .map(({ localField, resource: other }): [string, () => unknown] => [localField, () => hubOf(other)]);
  const values = new Map<string, (row: PlantedRow) => unknown>([
    ["id", ({ id }) => id],
    ["title", ({ title }) => title],
    ["created_by", ({ owner }) => owner],
    ["org_id", ({ tenant }) => tenant],
    ["deleted_at", ({ isRemoved }) => (isRemoved ? "2026-01-01T00:00:00Z" : null)],
    ...links,
  ]);
  const columns = fields.map((field) => field.name).filter((column) => values.has(column));
  const planted = rows.get(name) ?? [];
  const bound = planted.flatMap((row) => columns.map((column) => values.get(column)?.(row)));
  const tuples = planted.map(
    (_row, at) => `(${columns.map((_column, index) => `$${at * columns.length + index + 1}`).join(", ")})`,
  );
  await sql(`DELETE FROM ${name}`);
  await sql(`INSERT INTO ${name} (${columns.join(", ")}) VALUES ${tuples.join(", ")}`, bound);
}

/** Names of the rows whose title, or whose id when nothing refers to it, occurs in the text. */
export function rowsIn(text: string, rows: Iterable<PlantedRow>): readonly string[] {
  const shown = [...rows].filter(
    ({ name, id, title }) => text.includes(title) || (!name.endsWith(".hub") && text.includes(id)),
  );
  return shown.map(({ name }) => name).toSorted();
}

/** What was done to a table since {@link resetRows}: names of rows that are not as planted, and who made which further ones. */
export async function changesOf(
  { sql }: Pick<RunningProject, "sql">,
  { name, fields }: Resource,
  planted: readonly PlantedRow[],
): Promise<readonly string[]> {
  const has = (field: string): boolean => fields.some((other) => other.name === field);
  const stored = await sql(
    `SELECT id, title, created_by, ${has("org_id") ? "org_id" : "NULL AS org_id"}, ${has("deleted_at") ? "deleted_at IS NOT NULL" : "false"} AS removed FROM ${name}`,
  );
  const byId = new Map(stored.map((row) => [row["id"], row]));
  const changed = planted.filter(({ id, title, owner, tenant, isRemoved }) => {
    const row = byId.get(id);
    byId.delete(id);
    const isSame = row?.["title"] === title && row["created_by"] === owner && row["removed"] === isRemoved;
    return !isSame || (has("org_id") && row["org_id"] !== tenant);
  });
  const added = [...byId.values()].map((row) => `new by ${String(row["created_by"])} in ${String(row["org_id"])}`);
  return [...changed.map((row) => row.name), ...added].toSorted();
}
