const HIDDEN = "[REDACTED]";
/** `scheme://user:password@`. */
const CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;

/**
 * Takes values out of the text of a failure that stand behind the name of a sensitive field, as errors of databases and clients show them
 * (`Key (email)=(a@b.org)`, `"email":"a@b.org"`, `email=a@b.org`), and the credentials of URLs.
 */
export function createTextRedaction(names: readonly string[]): (text: string) => string {
  if (names.length === 0) return (text) => text.replaceAll(CREDENTIALS, `$1${HIDDEN}@`);
  const any = names.map((name) => name.replaceAll(/[^\w]/g, String.raw`\$&`)).join("|");
  const quoted = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\([^)]*\)`;
  const pattern = new RegExp(String.raw`(\(?["']?\b(?:${any})\b["']?\)?\s*[=:]\s*)(?:${quoted}|[^\s,;)}\]]+)`, "gi");
  return (text) => text.replaceAll(pattern, `$1${HIDDEN}`).replaceAll(CREDENTIALS, `$1${HIDDEN}@`);
}
