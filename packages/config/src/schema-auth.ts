import type { JsonSchema } from "@shaperail/source";
import { duration, durationBetween, oneOf, text, timestamp, url, variableName } from "./format.ts";
import { optional, required, type Settings, withDefault } from "./setting.ts";

export interface AuthValues {
  provider: "jwt";
  algorithm: "HS256" | "RS256" | "ES256" | "EdDSA";
  secret_env: string | null;
  previous_secret_env: string | null;
  previous_secret_until: string | null;
  expiry: string | null;
  refresh_expiry: string | null;
  public_key_env: string | null;
  public_key_file: string | null;
  jwks_url: string | null;
  issuer: string | null;
  audience: string | null;
  clock_tolerance: string;
}

export const AUTH: Settings<AuthValues> = {
  provider: required(oneOf(["jwt"]), { doc: "Kind of credentials." }),
  algorithm: withDefault(oneOf(["HS256", "RS256", "ES256", "EdDSA"]), "HS256", {
    doc: "How tokens are signed: by a secret of this project (HS256), or by the private key of somebody else.",
  }),
  secret_env: optional(variableName(), {
    doc: "Name of the variable that holds the signing secret; HS256 needs it.",
    sensitive: true,
  }),
  previous_secret_env: optional(variableName(), {
    doc: "Name of the variable that holds the secret before the last rotation: it still verifies, and never signs. It need not be set.",
    sensitive: true,
  }),
  previous_secret_until: optional(timestamp(), { doc: "When the previous secret stops verifying." }),
  expiry: optional(duration(), { doc: "Lifetime of an access token; HS256 needs it." }),
  refresh_expiry: optional(duration(), { doc: "Lifetime of a refresh token; without it there are none." }),
  public_key_env: optional(variableName(), { doc: "Name of the variable that holds the public key, as PEM or JWK." }),
  public_key_file: optional(text(), { doc: "File with the public key, as PEM or JWK." }),
  jwks_url: optional(url(["https", "http"]), {
    doc: "URL where the issuer publishes its keys; in production https, or on this machine.",
  }),
  issuer: optional(text(), { doc: "Required `iss` of a token; also written into our own." }),
  audience: optional(text(), {
    doc: "What `aud` of a token must be or contain; also written into our own. Without it tokens must have none.",
  }),
  // Clocks kept by NTP differ by far less. Each second more is one that an expired token lives on, so a minute is the end.
  clock_tolerance: withDefault(durationBetween("0s", "60s"), "5s", {
    doc: "How far the clocks of issuer and service may differ, at most a minute.",
  }),
};

type Key = keyof AuthValues;

/** A key that says where the public key is. */
export type PublicKeyKey = "public_key_env" | "public_key_file" | "jwks_url";

/** Exactly one of them says where the public key is. */
export const PUBLIC_KEY_KEYS: readonly PublicKeyKey[] = ["public_key_env", "public_key_file", "jwks_url"];

/** What a project needs that signs its own tokens. */
export const SECRET_NEEDS: readonly Key[] = ["secret_env", "expiry"];

/** What means something only to a project that signs its own tokens. */
export const SECRET_KEYS: readonly Key[] = [
  ...SECRET_NEEDS,
  "previous_secret_env",
  "previous_secret_until",
  "refresh_expiry",
];

/** The same, for editors. An algorithm that is a placeholder may be either. */
export const AUTH_CONDITIONS: JsonSchema = {
  anyOf: [
    {
      required: SECRET_NEEDS,
      properties: { algorithm: { not: { enum: ["RS256", "ES256", "EdDSA"] } }, ...refused(PUBLIC_KEY_KEYS) },
    },
    {
      required: ["algorithm"],
      properties: { algorithm: { not: { const: "HS256" } }, ...refused(SECRET_KEYS) },
      oneOf: PUBLIC_KEY_KEYS.map((key) => ({ required: [key] })),
    },
  ],
  dependentRequired: { previous_secret_until: ["previous_secret_env"] },
};

function refused(keys: readonly Key[]): Record<string, false> {
  return Object.fromEntries(keys.map((key) => [key, false]));
}
