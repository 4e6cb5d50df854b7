/** The label of everything beyond the number of values a label may have. */
export const OTHER = "other";

/** Values by label, made when first asked for. Beyond `limit` labels all share the one of {@link OTHER}. */
export interface BoundedMap<Value> {
  get(label: string): Value;
  entries(): IterableIterator<[string, Value]>;
  values(): IterableIterator<Value>;
}

/** However many labels are made up, memory and the page stay as large as `limit` allows. */
export function createBoundedMap<Value>(limit: number, make: (label: string) => Value): BoundedMap<Value> {
  const values = new Map<string, Value>();
  const add = (label: string): Value => {
    if (values.size >= limit && label !== OTHER) return get(OTHER);
    const value = make(label);
    values.set(label, value);
    return value;
  };
  const get = (label: string): Value => values.get(label) ?? add(label);
  return { get, entries: () => values.entries(), values: () => values.values() };
}
