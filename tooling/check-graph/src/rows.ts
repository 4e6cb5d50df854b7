/** One row of the house: its packages never import each other, only packages of rows below. */
export interface Row {
  readonly title: string;
  readonly packages: readonly string[];
}

/** Bottom first. A new package is added here and to the table of the README. */
export const ROWS: readonly Row[] = [
  { title: "kernel", packages: ["core"] },
  { title: "reading", packages: ["source"] },
  {
    title: "capability",
    packages: ["config", "resource", "logging", "metrics", "tracing", "health", "auth", "db", "cache", "jobs"],
  },
  { title: "behaviour", packages: ["events", "http"] },
  { title: "surfaces", packages: ["rest", "openapi", "deploy"] },
  { title: "assembly", packages: ["runtime"] },
  { title: "apps", packages: ["cli", "blog"] },
];

/** The row of `@shaperail/<name>`, bottom is 0; undefined for a package that has none. */
export function rowOf(packageName: string, rows: readonly Row[] = ROWS): number | undefined {
  const row = rows.findIndex(({ packages }) => packages.some((name) => `@shaperail/${name}` === packageName));
  return row < 0 ? undefined : row;
}
