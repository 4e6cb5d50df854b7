const MOST_SHAPES = 256;

/** Statements compiled when first needed, by a text that says everything the compilation depends on. */
export interface ShapeCache<T> {
  /** The value of this shape; `compile` is told whether what it makes will be kept. */
  get(shape: string, compile: (kept: boolean) => T): T;
}

/**
 * Keeps the first 256 shapes. A client can combine parameters without end; further combinations are compiled each time, so that neither
 * this process nor the server collects them. `undefined` is not kept either.
 */
export function createShapeCache<T>(): ShapeCache<T> {
  const known = new Map<string, T>();
  return {
    get(shape, compile) {
      const found = known.get(shape);
      if (found !== undefined) return found;
      const kept = known.size < MOST_SHAPES;
      const compiled = compile(kept);
      if (kept && compiled !== undefined) known.set(shape, compiled);
      return compiled;
    },
  };
}
