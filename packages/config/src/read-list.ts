import { entryOf, type SourceMap, type SourceNode } from "@shaperail/source";
import { expectList, expectMap } from "./read-section.ts";
import type { Reading } from "./read-value.ts";

export interface ListPlace {
  readonly parent: SourceMap;
  readonly key: string;
  readonly path: string;
}

/** Reads one item; undefined after reporting a problem in it. */
export type ReadItem<T, R extends Reading> = (node: SourceMap, path: string, reading: R) => T | undefined;

/** The readable items of a list of maps; nothing when the key is absent. */
export function readList<T, R extends Reading>(
  { parent, key, path }: ListPlace,
  readItem: ReadItem<T, R>,
  reading: R,
): readonly T[] {
  const entry = entryOf(parent, key);
  const items: readonly SourceNode[] = (entry && expectList(entry.value, path, reading)) ?? [];
  return items.flatMap((item, index) => {
    const itemPath = `${path}[${index}]`;
    const node = expectMap(item, itemPath, reading);
    const value = node && readItem(node, itemPath, reading);
    return value === undefined ? [] : [value];
  });
}
