/** Algorithms of a token signed with a private key. `EdDSA` is Ed25519. */
export type PublicKeyAlgorithm = "RS256" | "ES256" | "EdDSA";

/** How tokens are signed. One service uses one, fixed by its configuration (RFC 8725 §3.1). */
export type TokenAlgorithm = "HS256" | PublicKeyAlgorithm;
