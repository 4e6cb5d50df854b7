/** Reads `key=value,key=value`, with values percent-encoded, as `OTEL_RESOURCE_ATTRIBUTES` has it. What is not of this form is left out. */
export function parseResourceAttributes(text: string): Record<string, string> {
  const pairs = text.split(",").flatMap((part) => {
    const at = part.indexOf("=");
    const key = part.slice(0, Math.max(at, 0)).trim();
    return key === "" ? [] : [[key, decoded(part.slice(at + 1).trim())]];
  });
  return Object.fromEntries(pairs);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
