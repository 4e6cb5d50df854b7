import { createHmac } from "node:crypto";

/** Signs the token of every load; nothing else knows it. */
export const JWT_SECRET = "b3c1f0e58a6d4e0c9f7a2d5b8e1c4f7a0d3b6e9c2f5a8d1b";

const DAY_SECONDS = 86_400;

/** A token with the role `reader`, made by hand so that the servers' own library is not what makes it valid. */
export function readerToken(): string {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { sub: "bench", role: "reader", token_type: "access", iat: now, exp: now + DAY_SECONDS };
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${createHmac("sha256", JWT_SECRET).update(signed).digest("base64url")}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
