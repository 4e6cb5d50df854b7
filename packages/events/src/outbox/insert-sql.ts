/** Something that has to happen after a write. */
export interface OutboxIntent {
  /** `job` names a job, `event` an event that subscribers may listen to. */
  readonly kind: "job" | "event";
  readonly name: string;
}

export interface OutboxInsertOptions {
  /** What happens for every written row, in this order. */
  readonly intents: readonly OutboxIntent[];
  readonly resource: string;
  /** `created`, `updated`, `deleted`. */
  readonly action: string;
  /** SQL of a JSONB value made of the written row, which is `w`: `to_jsonb(w)`. Leave sensitive columns out. */
  readonly data: string;
  /** Name of the CTE that writes and returns the rows. @default "written" */
  readonly from?: string;
  /** SQL of the trace carrier as JSONB: `$7::text::jsonb`. @default "NULL::jsonb" */
  readonly trace?: string;
}

/**
 * The INSERT that stores intents in the same statement as the write they belong to, as the body of one more CTE:
 *
 * `WITH written AS (INSERT … RETURNING …), outbox AS (<this>) SELECT … FROM written`
 *
 * The names are written into the text: they are the project's own, not a client's.
 */
export function outboxInsert({
  intents,
  resource,
  action,
  data,
  from = "written",
  trace = "NULL::jsonb",
}: OutboxInsertOptions): string {
  if (intents.length === 0) throw new TypeError("An outbox insert needs at least one intent.");
  const values = intents.map(({ kind, name }, index) => `(${index}, ${literal(kind)}, ${literal(name)})`).join(", ");
  return (
    `INSERT INTO "shaperail_outbox" ("kind", "name", "resource", "action", "data", "trace") ` +
    `SELECT i.kind, i.name, ${literal(resource)}, ${literal(action)}, ${data}, ${trace} ` +
    `FROM ${from} w CROSS JOIN (VALUES ${values}) AS i(n, kind, name)`
  );
}

/** A string of SQL. Names hold no backslash, so that the standard form is enough. */
function literal(text: string): string {
  if (/[\\\0]/.test(text)) throw new TypeError(`${JSON.stringify(text)} cannot be a name.`);
  return `'${text.replaceAll("'", "''")}'`;
}
