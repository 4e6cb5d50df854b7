import type { SourceNode, SourceScalar } from "./node.ts";

/** What a number that was rounded should have been. */
export const EXACT_NUMBER = "a number with no more digits than a double holds, at most 15 to be safe";

/** The numbers in the node that were written with more digits than their value has. */
export function roundedNumbers(node: SourceNode): readonly SourceScalar[] {
  switch (node.kind) {
    case "scalar":
      return isRounded(node) ? [node] : [];
    case "list":
      return node.items.flatMap(roundedNumbers);
    case "map":
      return node.entries.flatMap(({ value }) => roundedNumbers(value));
  }
}

export function isRounded({ value, text }: SourceScalar): boolean {
  if (typeof value !== "number" || !Number.isFinite(value) || !DECIMAL.test(text)) return false;
  return significantDigits(text) !== significantDigits(String(value));
}

const DECIMAL = /^[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?$/;

function significantDigits(text: string): string {
  const [mantissa = ""] = text.split(/e/i, 1);
  const digits = mantissa.replaceAll(/[-+.]/g, "").replace(/^0+/, "");
  // A regular expression for the end of a text is quadratic in the zeros in its middle.
  let end = digits.length;
  while (end > 0 && digits[end - 1] === "0") end -= 1;
  return digits.slice(0, end);
}
