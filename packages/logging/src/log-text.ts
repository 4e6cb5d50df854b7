// Enough for any stack trace, small enough for every log collector.
const LONGEST = 65_536;
const CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi;

/** Text as it may stand in a log: without user and password in URLs, at most 64 Ki characters. */
export function logText(text: string): string {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length - LONGEST} more)` : text;
  return shown.includes("://") ? shown.replaceAll(CREDENTIALS, "$1***@") : shown;
}
