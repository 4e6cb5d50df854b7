const MOST_SHAPES = 256;

/** Values compiled when first asked for, by a text that says everything the compilation depends on. */
export interface ShapeCache<T> {
  get(shape: string): T;
}

/** Keeps the 256 shapes used last, so that a client cannot fill the memory with combinations. */
export function createShapeCache<T>(compile: (shape: string) => T): ShapeCache<T> {
  const known = new Map<string, T>();
  return {
    get(shape) {
      const found = known.get(shape);
      if (found !== undefined) {
        // Re-inserting makes the map's order the order of use, once it matters.
        if (known.size >= MOST_SHAPES) {
          known.delete(shape);
          known.set(shape, found);
        }
        return found;
      }
      if (known.size >= MOST_SHAPES) {
        const [oldest] = known.keys();
        if (oldest !== undefined) known.delete(oldest);
      }
      const compiled = compile(shape);
      known.set(shape, compiled);
      return compiled;
    },
  };
}
