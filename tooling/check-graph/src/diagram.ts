import { ROWS, type Row } from "./rows.ts";

/** The rows as text, top row first, with the packages that exist. Rows without any are left out. */
export function drawDiagram(existing: ReadonlySet<string>, rows: readonly Row[] = ROWS): string {
  const width = Math.max(...rows.map(({ title }) => title.length));
  return rows
    .map(({ title, packages }, row) => ({
      label: `row ${row}  ${title.padEnd(width)}`,
      names: packages.filter((name) => existing.has(`@shaperail/${name}`)),
    }))
    .filter(({ names }) => names.length > 0)
    .map(({ label, names }) => `${label}  ${names.join(" · ")}`)
    .toReversed()
    .join("\n");
}
