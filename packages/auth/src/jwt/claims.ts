import type { Subject } from "../subject.ts";

/** What a verified access token says. Frozen, and shared by every request that carries the token. */
export interface Claims extends Subject {
  /** When the token expires, in seconds since 1970. */
  readonly exp: number;
  /** When it was issued, in seconds since 1970; undefined when it does not say. */
  readonly iat: number | undefined;
  /** Identifier of the token (`jti`). */
  readonly tokenId: string | undefined;
  /** Identifier of the session it belongs to (`sid`), which is the family of its refresh token. */
  readonly sessionId: string | undefined;
  /** Every claim as it was sent, for an application's own. */
  readonly payload: Readonly<Record<string, unknown>>;
}
