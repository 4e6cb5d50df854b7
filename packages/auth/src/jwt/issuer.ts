import { randomUUID } from "node:crypto";
import { type Clock, systemClock } from "@shaperail/core";
import { SignJWT } from "jose";
import { isIdentifier } from "./claims.ts";
import { importSecret } from "./import-key.ts";

/** Options of {@link createIssuer}. */
export interface IssuerOptions {
  /** Secret that signs (HS256). During a rotation this is the new one; the old one only verifies. */
  readonly secret: string;
  /** Written as `iss`. @default none */
  readonly issuer?: string;
  /** Written as `aud`. @default none */
  readonly audience?: string;
  /** How long an access token is valid, in seconds. */
  readonly expirySeconds: number;
  /** @default the machine's clock */
  readonly clock?: Clock;
}

/** Whom an access token is for. */
export interface AccessTokenInput {
  readonly sub: string;
  readonly role: string;
  /** @default no tenant */
  readonly tenantId?: string;
  /** Session the token belongs to, written as `sid`. @default none */
  readonly sessionId?: string;
  /** Validity of this one token, in seconds. @default that of the issuer */
  readonly expirySeconds?: number;
}

/** A token as it was issued. */
export interface IssuedToken {
  readonly token: string;
  /** Its `jti`. */
  readonly tokenId: string;
  /** When it expires, in seconds since 1970. */
  readonly exp: number;
  /** For how long it is valid from now, in seconds. */
  readonly expiresInSeconds: number;
}

export interface Issuer {
  readonly expirySeconds: number;
  /** Signs an access token. Rejects with a `TypeError` when an identifier is empty or not a text. */
  issueAccessToken(input: AccessTokenInput): Promise<IssuedToken>;
}

/**
 * Signs access tokens with HS256; throws {@link AuthSetupError} `AUTH_KEY_UNUSABLE` for an empty secret.
 *
 * Tokens of an identity provider are signed by the provider; a service that only verifies them needs no issuer.
 */
export function createIssuer({ secret, issuer, audience, expirySeconds, clock = systemClock }: IssuerOptions): Issuer {
  const key = importSecret(secret);
  return {
    expirySeconds,
    async issueAccessToken({ sub, role, tenantId, sessionId, expirySeconds: expiresInSeconds = expirySeconds }) {
      for (const [name, value] of Object.entries({ sub, role, tenantId, sessionId })) {
        if (value === undefined ? name === "sub" || name === "role" : !isIdentifier(value)) {
          throw new TypeError(`${name} must be a text that is not empty.`);
        }
      }
      if (!(expiresInSeconds > 0)) throw new TypeError("expirySeconds must be more than 0.");
      const iat = Math.floor(clock() / 1_000);
      const exp = iat + expiresInSeconds;
      const tokenId = randomUUID();
      const claims = { iss: issuer, aud: audience, sub, role, tenant_id: tenantId, sid: sessionId };
      const token = await new SignJWT({ ...claims, token_type: "access", jti: tokenId, iat, exp })
        .setProtectedHeader({ alg: "HS256", typ: "at+jwt" })
        .sign(key);
      return { token, tokenId, exp, expiresInSeconds };
    },
  };
}
