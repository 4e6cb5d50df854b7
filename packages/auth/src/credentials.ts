/** What a request brings to say who it is. */
export type Credentials =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "api_key"; readonly key: string };

/** The headers that may hold credentials, as Node presents them. */
export interface CredentialHeaders {
  readonly authorization?: string | undefined;
  readonly "x-api-key"?: string | readonly string[] | undefined;
}

const BEARER = /^bearer(?: +|$)/i;

/**
 * The credentials of a request: `Authorization: Bearer …`, or `X-API-Key` when there is no bearer token.
 *
 * Another scheme, such as `Basic`, is none of ours and counts as no credentials. Nothing is ever read from the URL.
 */
export function readCredentials(headers: CredentialHeaders): Credentials | undefined {
  const { authorization } = headers;
  const scheme = authorization === undefined ? null : BEARER.exec(authorization);
  if (authorization !== undefined && scheme !== null) {
    return { kind: "token", token: authorization.slice(scheme[0].length) };
  }
  const key = headers["x-api-key"];
  return key === undefined ? undefined : { kind: "api_key", key: String(key) };
}
