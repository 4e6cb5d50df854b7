import type { IncomingMessage } from "node:http";

// Two codings of one thing are two representations, and a strong entity tag stands for the bytes of one (RFC 9110,
// section 8.8.3). nginx makes the tag of a compressed answer weak; then `If-Match`, which compares strongly, never
// succeeds again, and every browser asks for compression, so every guarded write of a browser would fail. We do what the
// example in section 8.8.3.3 does: each coding has a strong tag of its own, `"123"` and `"123-br"`. A handler knows
// only the first one, so what a client sends back is understood as both, whichever header it is in.

const CODED = /-(?:br|gzip)"/g;
const CODINGS = ["br", "gzip"];
const CONDITIONS = ["if-match", "if-none-match"] as const;

/** The tag of a compressed representation. A weak tag stands for all codings already. */
export function codedTag(tag: string, coding: string): string {
  return tag.startsWith('"') ? `${tag.slice(0, -1)}-${coding}"` : tag;
}

/** Adds to the conditions of a request the plain tags of the coded ones it names. */
export function addPlainTags({ headers }: IncomingMessage): void {
  for (const condition of CONDITIONS) {
    const names = headers[condition];
    if (names === undefined) continue;
    const plain = names.replace(CODED, '"');
    if (plain !== names) headers[condition] = `${names}, ${plain}`;
  }
}

/** The tag a 304 carries: the one of the representation that the client says it has. */
export function heldTag({ headers }: IncomingMessage, tag: string): string {
  const names = headers["if-none-match"] ?? "";
  const coded = CODINGS.map((coding) => codedTag(tag, coding));
  return coded.find((candidate) => names.includes(candidate)) ?? tag;
}
