import type { ResourceDescription } from "./describe-resource.ts";

/** The description as people read it. */
export function renderDescription(description: ResourceDescription): string {
  const { resource, version, database, tenant_key: tenantKey, routes, columns, indexes, relations } = description;
  const head = [
    `Resource: ${resource} (v${version})`,
    ...(database === "default" ? [] : [`Database: ${database}`]),
    ...(tenantKey === null ? [] : [`Tenant key: ${tenantKey}`]),
  ];
  const table = [
    ...table3(columns.map(({ name, type, notes }) => [name, type, notes.join(", ")])),
    ...(description.soft_delete ? ["Deleted rows stay, with the time in deleted_at."] : []),
    ...description.transient.map((name) => `${name} is sent by clients and not stored.`),
  ];
  const sections = [
    section("Routes", table3(routes.map(({ method, path, action }) => [method, path, action])), routes.map(notesOf)),
    section(`Table ${resource}`, table),
    section(
      "Indexes",
      indexes.map(
        ({ fields, unique, order }) =>
          `(${fields.join(", ")}${order === "desc" ? " DESC" : ""})${unique ? " UNIQUE" : ""}`,
      ),
    ),
    section("Relations", table3(relations.map(({ name, kind, by }) => [name, kind, by]))),
  ];
  return [`${head.join("\n")}\n`, ...sections.filter((text) => text !== "")].join("\n");
}

function notesOf({ notes }: ResourceDescription["routes"][number]): string {
  return `[${notes.join("; ")}]`;
}

/** A heading and its lines, each with its details below it; nothing when there are none. */
function section(title: string, lines: readonly string[], details: readonly string[] = []): string {
  if (lines.length === 0) return "";
  const body = lines.map((line, index) => {
    const detail = details[index];
    return `  ${line}\n${detail === undefined ? "" : `      ${detail}\n`}`;
  });
  return `${title}\n${body.join("")}`;
}

type Row = readonly [first: string, second: string, third: string];

function table3(rows: readonly Row[]): string[] {
  const first = Math.max(0, ...rows.map(([cell]) => cell.length));
  const second = Math.max(0, ...rows.map(([, cell]) => cell.length));
  return rows.map(([a, b, c]) => `${a.padEnd(first)}  ${b.padEnd(second)}  ${c}`.trimEnd());
}
