import { createHmac, randomBytes } from "node:crypto";
import { digestOf, formatToken, parseToken, randomSecret } from "../internal/opaque-token.ts";

const PREFIX = "srr_";

export function newRefreshToken(): string {
  return formatToken(PREFIX, randomSecret());
}

/** False for a text that was never one of our refresh tokens: no database has to be asked. */
export function isRefreshToken(text: string): boolean {
  return parseToken(PREFIX, text) !== undefined;
}

export function newSuccessorSalt(): string {
  return randomBytes(16).toString("base64url");
}

/**
 * The one token that follows. Whoever has the old token and is told the salt comes to the same successor, so that two uses
 * at the same moment continue one chain, and the database still knows no token.
 */
export function successorOf(token: string, salt: string): string {
  return formatToken(PREFIX, createHmac("sha256", token).update(salt).digest());
}

export function hashOf(token: string): string {
  return digestOf(token).toString("hex");
}
