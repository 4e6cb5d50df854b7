import type { SqlRow } from "../port.ts";
import type { Projection } from "../query/list-request.ts";

/** `,"truncated":["comments"]` when an included relation had more rows than are shown, for any of the rows; or nothing. */
export function truncatedMember(
  rows: readonly SqlRow[],
  { includes }: Projection,
  { truncatedAt }: { readonly truncatedAt: number },
): string {
  const many = includes.filter(({ relation }) => relation.kind === "has_many");
  const cut = many.filter((_include, index) => rows.some((row) => row[truncatedAt + index] === "t"));
  return cut.length === 0 ? "" : `,"truncated":${JSON.stringify(cut.map(({ key }) => key))}`;
}
