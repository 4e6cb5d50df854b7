import { entryOf, type SourceMap } from "@shaperail/source";
import type { MigrationsConfig } from "./project-config.ts";
import { readSection } from "./read-section.ts";
import { readSettings } from "./read-settings.ts";
import type { Reading } from "./read-value.ts";
import { MIGRATIONS } from "./schema-migrations.ts";

/** The `migrations` section, which has a default for every key; undefined after reporting a problem in it. */
export function readMigrations(root: SourceMap, reading: Reading): MigrationsConfig | undefined {
  const values =
    entryOf(root, "migrations") === undefined
      ? readSettings(MIGRATIONS, { path: "migrations", node: undefined }, reading)
      : readSection({ key: "migrations", settings: MIGRATIONS, parent: root }, reading);
  return values && { onPending: values.on_pending };
}
