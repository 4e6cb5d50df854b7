import type { AuthError } from "../errors.ts";
import { refuseToken } from "../refusal.ts";
import type { TokenAlgorithm } from "./algorithm.ts";
import { readJsonObject } from "./json-object.ts";

// Far above what an issuer sends, and far below what costs anything to hash; a header section holds 16 KiB.
const MAX_TOKEN_BYTES = 8_192;
const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;
const TYPES = new Set(["jwt", "at+jwt", "application/at+jwt"]);
// A token that brings its own key, or says where to get it, would be verified with the attacker's (RFC 8725 §3.9, §3.10).
// `crit` and `b64` change the meaning of a signature, `enc` and `zip` belong to encrypted tokens.
const REFUSED_MEMBERS = ["jwk", "jku", "x5u", "x5c", "crit", "b64", "enc", "zip"];

/** A token that has the right shape. Nothing in it can be trusted yet. */
export interface UnverifiedToken {
  /** An index into a key set, and nothing else. */
  readonly keyId: string | undefined;
}

/** Checks the shape and the header of a token before any key is looked at; throws `AUTH_TOKEN_MALFORMED`. */
export function readToken(token: string, algorithm: TokenAlgorithm): UnverifiedToken {
  if (typeof token !== "string" || token === "") throw malformed("the token is empty");
  if (token.length > MAX_TOKEN_BYTES) throw malformed(`the token is longer than ${MAX_TOKEN_BYTES} bytes`);
  const [, header = "", payload = "", signature = ""] = COMPACT.exec(token) ?? [];
  if (![header, payload, signature].every(isCanonical)) throw malformed("decode failed: not three parts of base64url");
  const members = readJsonObject(Buffer.from(header, "base64url"));
  if (members === undefined) throw malformed("decode failed: the header is not a JSON object with unique keys");
  return readHeader(members, algorithm);
}

function readHeader(members: Readonly<Record<string, unknown>>, algorithm: TokenAlgorithm): UnverifiedToken {
  const { alg, typ, kid } = members;
  if (alg !== algorithm) throw malformed(`the token is not signed with ${algorithm}`);
  const refused = REFUSED_MEMBERS.find((name) => Object.hasOwn(members, name));
  if (refused !== undefined) throw malformed(`the header has \`${refused}\``);
  if (typ !== undefined && !(typeof typ === "string" && TYPES.has(typ.toLowerCase()))) {
    throw malformed("the header's `typ` is not that of an access token");
  }
  if (kid !== undefined && typeof kid !== "string") throw malformed("the header's `kid` is not a string");
  return { keyId: kid };
}

/** Whether a part is base64url in the one way of writing it: otherwise one token would have several spellings. */
function isCanonical(part: string): boolean {
  return part !== "" && Buffer.from(part, "base64url").toString("base64url") === part;
}

function malformed(reason: string): AuthError {
  return refuseToken({ code: "AUTH_TOKEN_MALFORMED", reason });
}
