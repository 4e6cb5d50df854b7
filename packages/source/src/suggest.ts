import { distance } from "fastest-levenshtein";

const MAX_EDITS = 2;
const MAX_WORD = 64;

/** The candidate a mistyped word was meant to be: at most two edits away, and never all of the word. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  // A word longer than any key is not a typing mistake, and the distance would cost its square.
  if (word.length > MAX_WORD) return undefined;
  const allowed = Math.min(MAX_EDITS, word.length - 1);
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let fewest = allowed + 1;
  for (const candidate of candidates) {
    const edits = distance(wanted, candidate.toLowerCase());
    if (edits < fewest) {
      best = candidate;
      fewest = edits;
    }
  }
  return best;
}

/** ` Did you mean `x`?` with its leading space, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const suggestion = suggest(word, candidates);
  return suggestion === undefined ? "" : ` Did you mean \`${suggestion}\`?`;
}
