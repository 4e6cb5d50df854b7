import { type CredentialHeaders, readCredentials } from "./credentials.ts";
import type { Subject } from "./subject.ts";

/** Says whose a token is: a {@link Verifier}. Throws or rejects with an `AuthError` when it is nobody's. */
export interface TokenVerifier {
  verify(token: string): Subject | Promise<Subject>;
}

/** Says whose an API key is. Throws or rejects with an `AuthError` when it is nobody's. */
export interface ApiKeyVerifier {
  verify(key: string): Subject | Promise<Subject>;
}

/** Options of {@link createAuthenticator}. */
export interface AuthenticatorOptions {
  readonly verifier: TokenVerifier;
  /** @default none: an `X-API-Key` header is somebody else's and ignored */
  readonly apiKeys?: ApiKeyVerifier;
}

export interface Authenticator {
  /**
   * Who sent the request; undefined when it has no credentials.
   *
   * Answers at once when the token or key was verified lately. Throws, or rejects with, an `AuthError` when there are
   * credentials and they are not valid: whether the caller then counts as anonymous is up to the endpoint.
   */
  authenticate(headers: CredentialHeaders): Subject | undefined | Promise<Subject>;
}

/** Finds out who sent a request, by bearer token or API key. */
export function createAuthenticator({ verifier, apiKeys }: AuthenticatorOptions): Authenticator {
  return {
    authenticate(headers) {
      const credentials = readCredentials(headers);
      if (credentials === undefined) return undefined;
      if (credentials.kind === "token") return verifier.verify(credentials.token);
      return apiKeys?.verify(credentials.key);
    },
  };
}
