import { retypeScalar, type SourceNode, type SourceScalar } from "@shaperail/source";
import { hasPlaceholder, interpolate, type Variables } from "./interpolate.ts";
import type { Problem } from "./rules.ts";

/** Where the value of a scalar with placeholders came from. */
export interface Origin {
  /** Variables whose value went into it. */
  readonly used: readonly string[];
  /** False when the value could not be made; that has been reported. */
  readonly resolved: boolean;
}

export interface InterpolatedTree {
  readonly root: SourceNode;
  /** Only the scalars that have placeholders. */
  readonly origins: ReadonlyMap<SourceNode, Origin>;
  readonly problems: readonly Problem[];
  /** Variables that are not set, each once, in the order of the file. */
  readonly missing: readonly string[];
}

/**
 * Replaces the placeholders in every value of a tree. Structure is fixed before any variable is looked at, so a value can change nothing
 * but itself; keys and comments are not looked at. A plain scalar is typed anew, a quoted one stays text.
 */
export function interpolateTree(root: SourceNode, variables: Variables): InterpolatedTree {
  const origins = new Map<SourceNode, Origin>();
  const problems: Problem[] = [];
  const missing = new Set<string>();

  const visitScalar = (scalar: SourceScalar): SourceScalar => {
    const { text, used, missing: unset, problem } = interpolate(scalar.text, variables);
    const { span } = scalar;
    if (problem !== undefined) problems.push({ code: "CONFIG_BAD_PLACEHOLDER", message: `${problem}.`, span });
    for (const name of problem === undefined ? unset : []) {
      // One variable is one mistake, however often the file names it.
      if (!missing.has(name)) problems.push(missingVariable(name, span));
      missing.add(name);
    }
    const resolved = problem === undefined && unset.length === 0;
    const value = !resolved ? null : scalar.plain ? retypeScalar(text) : text;
    const replaced = { ...scalar, value, text };
    origins.set(replaced, { used, resolved });
    return replaced;
  };

  const visit = (node: SourceNode): SourceNode => {
    switch (node.kind) {
      case "scalar":
        return typeof node.value === "string" && hasPlaceholder(node.text) ? visitScalar(node) : node;
      case "list":
        return { ...node, items: node.items.map(visit) };
      case "map":
        return { ...node, entries: node.entries.map((entry) => ({ ...entry, value: visit(entry.value) })) };
    }
  };

  return { root: visit(root), origins, problems, missing: [...missing] };
}

/** What is reported about a variable that is needed and not set. */
export function missingVariable(name: string, span: Problem["span"]): Problem {
  return {
    code: "CONFIG_MISSING_VARIABLE",
    message: `environment variable '${name}' is not set.`,
    span,
    fix: `Set ${name}, in development for example in \`.env\`.`,
  };
}

/** What is reported about a variable that is needed and holds nothing. */
export function emptyVariable(name: string, span: Problem["span"]): Problem {
  return {
    code: "CONFIG_MISSING_VARIABLE",
    message: `environment variable '${name}' is set but empty.`,
    span,
    fix: `Give ${name} a value, or unset it where a default exists.`,
  };
}
