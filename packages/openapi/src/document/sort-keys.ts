/**
 * A copy in which the keys of every object stand in code unit order, and keys without a value are gone.
 *
 * The copy has the type of the original: nothing but the order changes.
 */
export function sortKeys<T>(value: T): T {
  return sorted(value) as T;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
  // fromEntries defines own properties, so a key called __proto__ stays a key.
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}
