import { pathToFileURL } from "node:url";

/** One rule of a catalogue, as far as a page needs it. */
export interface Rule {
  readonly code: string;
  readonly title: string;
  readonly fix: string;
  readonly severity: string;
}

/** Every export of the module whose name ends in `_RULES`: a map or record from code to title, fix and severity. */
export async function loadRules(indexFile: string): Promise<Rule[]> {
  const module = (await import(pathToFileURL(indexFile).href)) as Record<string, unknown>;
  const catalogues = Object.entries(module).filter(([name]) => name.endsWith("_RULES"));
  return catalogues
    .flatMap(([name, catalogue]) => toEntries(catalogue).map((entry) => toRule(name, entry)))
    .toSorted((a, b) => (a.code < b.code ? -1 : 1));
}

function toEntries(catalogue: unknown): [string, unknown][] {
  if (catalogue instanceof Map) return [...(catalogue as Map<string, unknown>)];
  return Object.entries(catalogue as Record<string, unknown>);
}

function toRule(catalogue: string, [code, rule]: [string, unknown]): Rule {
  const { title, fix, severity = "error" } = rule as Record<string, unknown>;
  if (typeof title !== "string" || typeof fix !== "string" || typeof severity !== "string") {
    throw new Error(`${catalogue}: ${code} needs a title, a fix and a severity.`);
  }
  return { code, title, fix, severity };
}
