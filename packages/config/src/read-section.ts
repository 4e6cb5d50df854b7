import { describeNode, entryOf, type SourceMap, type SourceNode, type SourceSpan } from "@shaperail/source";
import { emptyVariable, missingVariable } from "./interpolate-tree.ts";
import { readSettings } from "./read-settings.ts";
import type { Reading } from "./read-value.ts";
import { createSecret, createUnknownSecret, type Secret, weaknessOf } from "./secret.ts";
import type { Settings } from "./setting.ts";

/** A {@link Reading} of a whole project. */
export interface ProjectReading extends Reading {
  /** A weak secret is then an error. */
  readonly isProduction: boolean;
  /** False: whoever reads the configuration signs and verifies nothing. */
  readonly needsSecrets: boolean;
  /** Notes a variable that is needed and not set. */
  miss(name: string): void;
}

interface SectionOptions<Values> {
  readonly key: string;
  readonly settings: Settings<Values>;
  readonly parent: SourceMap;
}

/** The section under a key of the file; undefined when it is absent, or after reporting a problem in it. */
export function readSection<Values>(
  { key, settings, parent }: SectionOptions<Values>,
  reading: Reading,
): Values | undefined {
  const entry = entryOf(parent, key);
  const node = entry && expectMap(entry.value, key, reading);
  return node && readSettings(settings, { path: key, node }, reading);
}

/** The node as a map, or undefined after reporting that it is none. */
export function expectMap(node: SourceNode, path: string, reading: Reading): SourceMap | undefined {
  if (node.kind === "map") return node;
  reportKind({ node, path, expects: "a map" }, reading);
  return undefined;
}

/** The items of a list, or undefined after reporting that it is none. */
export function expectList(node: SourceNode, path: string, reading: Reading): readonly SourceNode[] | undefined {
  if (node.kind === "list") return node.items;
  reportKind({ node, path, expects: "a list" }, reading);
  return undefined;
}

interface KindProblem {
  readonly node: SourceNode;
  readonly path: string;
  readonly expects: string;
}

function reportKind({ node, path, expects }: KindProblem, reading: Reading): void {
  const origin = reading.origins.get(node);
  if (origin?.resolved === false) return;
  const found = origin === undefined ? `, found ${describeNode(node)}` : "";
  reading.report({
    code: "CONFIG_WRONG_TYPE",
    message: `\`${path}\` must be ${expects}${found}.`,
    span: node.span,
    fix: `Write ${expects} under the key.`,
  });
}

interface SecretOptions {
  /** Name of the variable. */
  readonly name: string;
  /** Where the file names it. */
  readonly span: SourceSpan | undefined;
  /** We choose it, so it can be required to be strong. */
  readonly ours: boolean;
}

/** The secret a variable holds; undefined after reporting that it is not set, empty, or too weak for production. */
export function readSecret({ name, span, ours }: SecretOptions, reading: ProjectReading): Secret | undefined {
  const value = reading.variables.fromEnvironment(name) ?? reading.variables.fromFallbacks(name);
  const isEmpty = value === undefined || value.trim() === "";
  if (!reading.needsSecrets) return isEmpty ? createUnknownSecret(name) : createSecret(value);
  if (value === undefined) {
    reading.miss(name);
    reading.report(missingVariable(name, span));
    return undefined;
  }
  if (isEmpty) {
    reading.report(emptyVariable(name, span));
    return undefined;
  }
  const weakness = ours ? weaknessOf(value) : undefined;
  if (weakness !== undefined) {
    const severity = reading.isProduction ? "error" : "warning";
    reading.report({ code: "CONFIG_WEAK_SECRET", message: `the secret in '${name}' ${weakness}.`, span, severity });
  }
  return createSecret(value);
}
