/** A place in a text. Lines and columns count from 1, as editors show them; the offset counts UTF-16 units from 0. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A stretch of a file; the end is exclusive. */
export interface SourceSpan {
  readonly file: string;
  readonly start: SourcePosition;
  readonly end: SourcePosition;
}

/** An integer beyond ±2^53 is a bigint, so that nothing read from a file is rounded. */
export type ScalarValue = string | number | bigint | boolean | null;

export interface SourceScalar {
  readonly kind: "scalar";
  readonly value: ScalarValue;
  /** The text the value was read from: what stands between the quotes, or the plain text as written. */
  readonly text: string;
  /** Written without quotes, so that its type follows from its text. */
  readonly plain: boolean;
  readonly span: SourceSpan;
}

export interface SourceEntry {
  readonly key: string;
  readonly keySpan: SourceSpan;
  readonly value: SourceNode;
}

export interface SourceMap {
  readonly kind: "map";
  /** In the order of the file; keys are unique. */
  readonly entries: readonly SourceEntry[];
  readonly span: SourceSpan;
}

export interface SourceList {
  readonly kind: "list";
  readonly items: readonly SourceNode[];
  readonly span: SourceSpan;
}

export type SourceNode = SourceMap | SourceList | SourceScalar;

/** The entry of a map by its key. */
export function entryOf(map: SourceMap, key: string): SourceEntry | undefined {
  return map.entries.find((entry) => entry.key === key);
}

/** The node as plain JavaScript. Maps have no prototype, so that a key such as `__proto__` is only a key. */
export function toPlain(node: SourceNode): unknown {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "list":
      return node.items.map(toPlain);
    case "map": {
      const plain: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
      for (const { key, value } of node.entries) plain[key] = toPlain(value);
      return plain;
    }
  }
}
