/** The parts of a migration's file name. */
export interface MigrationName {
  readonly version: number;
  /** Without number, direction and extension: `create_users`. */
  readonly stem: string;
  /** A plain `NNNN_name.sql` counts as up. */
  readonly direction: "up" | "down";
}

const PATTERN = /^(\d{1,15})_(.+?)(?:\.(up|down))?\.sql$/;

/** Undefined for a name that is not a migration's. */
export function parseMigrationName(fileName: string): MigrationName | undefined {
  const [, digits, stem, direction] = PATTERN.exec(fileName) ?? [];
  if (digits === undefined || stem === undefined) return undefined;
  return { version: Number(digits), stem, direction: direction === "down" ? "down" : "up" };
}

export function formatVersion(version: number): string {
  return String(version).padStart(4, "0");
}
