const LONGEST_MESSAGE = 200;
const URL_LIKE = /\b[a-z][a-z0-9+.-]*:\/\/\S+/gi;
const KEY_AND_SECRET = /\b(password|passwd|pwd|secret|token|user|username)(\s*[=:]\s*)\S+/gi;

/** The message with every URL and every `password=…` replaced by `***`, on one line, at most 200 characters. */
export function withoutSecrets(message: string): string {
  const masked = message.replaceAll(URL_LIKE, "***").replaceAll(KEY_AND_SECRET, "$1$2***").replaceAll(/\s+/g, " ");
  return masked.length > LONGEST_MESSAGE ? `${masked.slice(0, LONGEST_MESSAGE)}…` : masked;
}
