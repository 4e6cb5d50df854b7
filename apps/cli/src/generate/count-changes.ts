/** Lines that are only in one of two texts. */
export interface LineChanges {
  readonly added: number;
  readonly removed: number;
}

/** Counts the lines that the shortest way from one text to the other adds and removes. */
export function countChanges(before: string, after: string): LineChanges {
  const from = linesOf(before);
  const to = linesOf(after);
  // A change is mostly small: what both begin and end with needs no table.
  const head = equalUntil(from, to);
  const tail = equalUntil(from.slice(head).toReversed(), to.slice(head).toReversed());
  const middle = commonLines(from.slice(head, from.length - tail), to.slice(head, to.length - tail));
  const common = head + middle + tail;
  return { added: to.length - common, removed: from.length - common };
}

/** A line break ends a line; it does not begin another. */
function linesOf(text: string): readonly string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

/** How many lines both begin with. */
function equalUntil(from: readonly string[], to: readonly string[]): number {
  const end = from.findIndex((line, index) => line !== to[index]);
  return end === -1 ? from.length : end;
}

/** Length of the longest common subsequence, one row of its table at a time. */
function commonLines(from: readonly string[], to: readonly string[]): number {
  let lengths: readonly number[] = Array.from({ length: to.length + 1 }, () => 0);
  for (const line of from) {
    const next = [0];
    for (const [index, other] of to.entries()) {
      const longest = Math.max(lengths[index + 1] ?? 0, next[index] ?? 0);
      next.push(line === other ? (lengths[index] ?? 0) + 1 : longest);
    }
    lengths = next;
  }
  return lengths.at(-1) ?? 0;
}
