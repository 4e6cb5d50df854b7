/** What `send` writes. */
export interface Answer {
  readonly status: number;
  /** Media type of the body, such as `text/plain; charset=utf-8`. */
  readonly contentType?: string;
  /** The complete body. Left out for `HEAD`, 204 and 304, whatever is given. */
  readonly body?: string | Uint8Array;
  /** Further headers; one that every response carries is replaced, except that `Vary` is added to. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * False keeps the body as it is. Say so for an answer with a secret in it beside text that a stranger chose: its
   * compressed length tells how much the two have in common (BREACH).
   * @default true
   */
  readonly compress?: boolean;
}
