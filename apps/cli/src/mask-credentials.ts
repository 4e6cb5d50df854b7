/** The text with the user name and password of every URL in it replaced by `***`. */
export function maskCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'`]*@/gi, "$1***@");
}
