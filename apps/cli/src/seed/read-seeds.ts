import { readdir, readFile } from "node:fs/promises";
import { join, parse } from "node:path";
import type { SeedFile } from "@shaperail/db/seed";
import type { FieldType, Resource } from "@shaperail/resource";
import { formatDiagnostics } from "@shaperail/source";
import { CliError } from "../errors.ts";
import { readRecords } from "./read-records.ts";

export interface ReadSeedsOptions {
  readonly resources: readonly Resource[];
  /** For the frames of what is wrong in a file. */
  readonly color: boolean;
}

/**
 * Reads `*.yaml` of a folder, each named after its table, sorted by name.
 *
 * @throws {@link CliError} `CLI_NOTHING_FOUND`, or `CLI_SEED_INVALID` for a file that is no list of records
 */
export async function readSeeds(folder: string, { resources, color }: ReadSeedsOptions): Promise<SeedFile[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".yaml")).toSorted();
  if (names.length === 0) {
    throw new CliError(`There is no seed file in ${folder}.`, {
      code: "CLI_NOTHING_FOUND",
      hint: "Write the rows of a table into seeds/<table>.yaml, as a list of mappings.",
    });
  }
  const seeds: SeedFile[] = [];
  for (const name of names) {
    const file = join(folder, name);
    const table = parse(name).name;
    const text = await readFile(file, "utf8");
    const { records, diagnostics } = readRecords(text, { file, textColumns: textColumnsOf(table, resources) });
    if (diagnostics.length > 0) {
      const frames = formatDiagnostics(diagnostics, { sources: new Map([[file, text]]), color });
      throw new CliError(`${file} cannot be read.\n${frames}`, {
        code: "CLI_SEED_INVALID",
        hint: "Correct the file; nothing was inserted.",
      });
    }
    seeds.push({ file, table, records });
  }
  return seeds;
}

// PostgreSQL reads a number from its text with every digit, JavaScript only with as many as a double has.
const WRITTEN: readonly FieldType[] = ["string", "enum", "file", "number"];

function textColumnsOf(table: string, resources: readonly Resource[]): ReadonlySet<string> {
  const fields = resources.filter(({ name }) => name === table).flatMap((resource) => resource.fields);
  return new Set(fields.filter(({ type }) => WRITTEN.includes(type)).map(({ name }) => name));
}
