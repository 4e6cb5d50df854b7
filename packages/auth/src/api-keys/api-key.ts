import { formatToken, parseToken, randomSecret } from "../internal/opaque-token.ts";

const PREFIX = "sk_";
/** What is shown of a key forever after: enough to tell one from another, and 208 bits stay unknown. */
const SHOWN_CHARACTERS = PREFIX.length + 8;

export function newApiKey(): string {
  return formatToken(PREFIX, randomSecret());
}

/** False for a mistyped key and for anything else that was never one: no database has to be asked. */
export function isApiKey(text: string): boolean {
  return parseToken(PREFIX, text) !== undefined;
}

export function shownPrefixOf(key: string): string {
  return key.slice(0, SHOWN_CHARACTERS);
}
