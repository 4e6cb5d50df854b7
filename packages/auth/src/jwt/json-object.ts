const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
const MAX_DEPTH = 16;

/**
 * The JSON object in these bytes, frozen; undefined when they are anything else.
 *
 * An object that has a key twice is refused: readers disagree about which of the two counts (RFC 8725 §2.6). So is one
 * nested more than 16 deep, for no token is.
 */
export function readJsonObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const text = utf8.decode(bytes);
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value) || !isPlain(text)) return undefined;
    return freezeDeeply(value as Record<string, unknown>);
  } catch {
    return undefined;
  }
}

/** Whether valid JSON has no key twice in one object and is not deep. */
function isPlain(json: string): boolean {
  const levels: Set<string>[] = [];
  for (const [token, colon] of json.matchAll(TOKENS)) {
    if (token === "{" || token === "[") {
      if (levels.push(new Set()) > MAX_DEPTH) return false;
    } else if (token === "}" || token === "]") {
      levels.pop();
    } else if (colon !== undefined) {
      // Unescaped, for "a" and "\u0061" are the same key.
      const key = String(JSON.parse(token.slice(0, -colon.length)));
      const keys = levels.at(-1);
      if (keys === undefined || keys.has(key)) return false;
      keys.add(key);
    }
  }
  return true;
}

function freezeDeeply<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === "object" && inner !== null) freezeDeeply(inner);
  }
  return Object.freeze(value);
}
