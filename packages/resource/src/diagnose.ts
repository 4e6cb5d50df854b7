import { describeNode, type Diagnostic, type ReadContext, type SourceNode, type SourceSpan } from "@shaperail/source";
import { RESOURCE_RULES, type ResourceRuleCode } from "./catalogue.ts";

/** A diagnostic of a rule: text, cure and severity come from the catalogue; `message` says it about this place. */
export function diagnose(code: ResourceRuleCode, span: SourceSpan | undefined, message?: string): Diagnostic {
  return complete({ code, severity: "error", message: message ?? "", span, fix: undefined, example: undefined });
}

/** The diagnostic of a value that does not fit, which says what was found. */
export function diagnoseValue(code: ResourceRuleCode, node: SourceNode): Diagnostic {
  const found = node.kind === "scalar" && node.text !== "" ? ` Found ${describeNode(node)}.` : "";
  return diagnose(code, node.span, `${RESOURCE_RULES.get(code)?.title ?? ""}${found}`);
}

/** Collects what shapes report, under the texts of the catalogue. */
export function createContext(diagnostics: Diagnostic[]): ReadContext {
  return { code: "SR000", report: (diagnostic) => void diagnostics.push(complete(diagnostic)) };
}

function complete(diagnostic: Diagnostic): Diagnostic {
  const rule = RESOURCE_RULES.get(diagnostic.code);
  // A wrong key or type is cured at its own place, which the shape knows; an example from elsewhere would mislead.
  if (rule === undefined || rule.code === "SR000") return diagnostic;
  return {
    ...diagnostic,
    severity: rule.severity,
    message: diagnostic.message === "" ? rule.title : diagnostic.message,
    fix: rule.fix,
    example: rule.example,
  };
}
