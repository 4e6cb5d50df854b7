import { describeNode, didYouMean, type SourceNode, toPlain } from "@shaperail/source";
import type { Format } from "./format.ts";
import type { Variables } from "./interpolate.ts";
import { emptyVariable, type Origin } from "./interpolate-tree.ts";
import type { Problem } from "./rules.ts";

/** What one reading of a configuration shares. */
export interface Reading {
  readonly variables: Variables;
  readonly origins: ReadonlyMap<SourceNode, Origin>;
  report(problem: Problem): void;
}

export type Outcome = { readonly fits: true; readonly value: unknown } | { readonly fits: false };

export const UNFIT: Outcome = Object.freeze({ fits: false });

export interface Candidate {
  readonly format: Format<unknown>;
  readonly node: SourceNode;
  readonly path: string;
  readonly sensitive: boolean;
}

/** The value that stands in the file, or the news that it was reported. */
export function readValue(candidate: Candidate, reading: Reading): Outcome {
  const { format, node, path, sensitive } = candidate;
  const origin = reading.origins.get(node);
  if (origin?.resolved === false) return UNFIT;
  if (format.item !== undefined && node.kind === "list") {
    const { item } = format;
    const outcomes = node.items.map((child) => readValue({ format: item, node: child, path, sensitive }, reading));
    const values = outcomes.flatMap((outcome) => (outcome.fits ? [outcome.value] : []));
    if (values.length < outcomes.length) return UNFIT;
    return format.accepts(values) ? { fits: true, value: values } : refuse(candidate, values, reading);
  }
  const value = valueOf(candidate, origin);
  return format.accepts(value) ? { fits: true, value } : refuse(candidate, value, reading);
}

/** Where text is wanted, what a variable holds is text: a bucket may be called `123`. */
function valueOf({ format, node }: Candidate, origin: Origin | undefined): unknown {
  const isText = format.types.every((type) => type === "string");
  return isText && origin !== undefined && node.kind === "scalar" ? node.text : toPlain(node);
}

function refuse({ format, node, path, sensitive }: Candidate, value: unknown, reading: Reading): Outcome {
  const used = reading.origins.get(node)?.used ?? [];
  const [variable] = used;
  const word = typeof value === "string" ? value : "";
  if (variable !== undefined && node.kind === "scalar" && node.text.trim() === "") {
    reading.report(emptyVariable(variable, node.span));
    return UNFIT;
  }
  const reason = Object.entries(format.unsupported ?? {}).find(([name]) => name === word)?.[1];
  if (reason !== undefined) {
    reading.report({
      code: "CONFIG_UNSUPPORTED",
      message: `\`${path}\` must be ${format.expects}, found \`${word}\`. ${reason}`,
      span: node.span,
      fix: `Write ${format.expects}.`,
    });
    return UNFIT;
  }
  const isRightType = node.kind !== "map" && format.types.some((type) => type === typeof value) && value !== null;
  // What came from the environment may be a secret that was put in the wrong place.
  const found =
    used.length > 0
      ? ` (from ${used.join(", ")})`
      : sensitive && node.kind === "scalar" && value !== null
        ? ""
        : `, found ${describeNode(node)}`;
  const hint = used.length > 0 || sensitive ? "" : didYouMean(word, format.words ?? []);
  reading.report({
    code: isRightType ? (format.code ?? "CONFIG_INVALID_VALUE") : "CONFIG_WRONG_TYPE",
    message: `\`${path}\` must be ${format.expects}${found}.${hint}`,
    span: node.span,
    fix: `Write ${format.expects}.`,
    variables: used,
  });
  return UNFIT;
}
