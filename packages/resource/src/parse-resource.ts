import { type Diagnostic, hasErrors, parseYaml } from "@shaperail/source";
import { checkResource } from "./check-resource.ts";
import { createContext } from "./diagnose.ts";
import type { Resource } from "./model.ts";
import { type ReadResource, resourceShape } from "./shape-resource.ts";
import { toResource } from "./to-resource.ts";

/** Longest accepted file, in characters: generous for 1600 fields. */
const MAX_LENGTH = 262_144;

/** Text of a resource file. */
export interface ResourceFile {
  /** Path for the positions, as a person would type it. */
  readonly file: string;
  readonly text: string;
}

export interface ParsedResource {
  /** Undefined when there is an error. */
  readonly resource: Resource | undefined;
  /** Everything wrong in the file, in its order. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads one resource file and applies every rule that needs no other file. Never throws.
 *
 * The far end of a belongs_to is taken to be `id`; {@link parseResources} looks it up.
 */
export function parseResource(text: string, { file }: { readonly file: string }): ParsedResource {
  const { read, diagnostics } = readResource({ file, text });
  const usable = read !== undefined && !hasErrors(diagnostics);
  const resource = usable ? toResource(read, { file, primaryKeyOf: () => undefined }) : undefined;
  return { resource, diagnostics };
}

/** A file as far as it could be read, and what is wrong in it alone. */
export interface ReadFile {
  readonly file: string;
  readonly read: ReadResource | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export function readResource({ file, text }: ResourceFile): ReadFile {
  const { root, diagnostics: mistakes } = parseYaml(text, { file, maxLength: MAX_LENGTH });
  const diagnostics = [...mistakes];
  const read = root === undefined ? undefined : resourceShape.read(root, createContext(diagnostics));
  if (read !== undefined) diagnostics.push(...checkResource(read));
  return { file, read, diagnostics: sortByPlace(diagnostics) };
}

/** In the order of the file, so that a person can work from top to bottom. */
export function sortByPlace(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted((a, b) => (a.span?.start.offset ?? 0) - (b.span?.start.offset ?? 0));
}
