import type { StoreReading } from "./cache-store.ts";

/** One text for the generations, in order, and the server they were read from; `undefined` when one of them is missing. */
export function stampOf({ generations, origin }: Pick<StoreReading, "generations" | "origin">): string | undefined {
  let stamp = "";
  for (const generation of generations) {
    if (generation === undefined) return undefined;
    stamp += `${generation}.`;
  }
  return stamp + origin;
}
