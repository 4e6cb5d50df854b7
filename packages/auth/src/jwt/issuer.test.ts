import { expect, test } from "vitest";
import { createIssuer, type IssuerOptions } from "./issuer.ts";
import { NOW, SECRET } from "./token.test-kit.ts";
import { createVerifier } from "./verifier.ts";

const clock = (): number => NOW * 1_000 + 999;

function issuerWith(options: Partial<IssuerOptions> = {}) {
  return createIssuer({ secret: SECRET, expirySeconds: 3_600, clock, ...options });
}

function decoded(token: string): unknown[] {
  return token
    .split(".")
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, "base64url").toString()) as unknown);
}

test("a token says who, as what, since when, until when, and that it is an access token", async () => {
  const issuer = issuerWith({ issuer: "https://api.example", audience: "api" });
  const issued = await issuer.issueAccessToken({ sub: "u1", role: "editor", tenantId: "t1", sessionId: "s1" });
  expect(issued).toEqual({ token: issued.token, tokenId: issued.tokenId, exp: NOW + 3_600, expiresInSeconds: 3_600 });
  expect(decoded(issued.token)).toEqual([
    { alg: "HS256", typ: "at+jwt" },
    {
      iss: "https://api.example",
      aud: "api",
      sub: "u1",
      role: "editor",
      tenant_id: "t1",
      sid: "s1",
      token_type: "access",
      jti: issued.tokenId,
      iat: NOW,
      exp: NOW + 3_600,
    },
  ]);
  expect(issuer).toMatchObject({ expirySeconds: 3_600 });
});

test("what is not given is not in the token, and every token has an identifier of its own", async () => {
  const { issueAccessToken } = issuerWith();
  const [first, second] = await Promise.all([1, 2].map(() => issueAccessToken({ sub: "u1", role: "editor" })));
  expect(Object.keys(decoded(first?.token ?? "")[1] as object).toSorted()).toEqual([
    "exp",
    "iat",
    "jti",
    "role",
    "sub",
    "token_type",
  ]);
  expect(first?.tokenId).not.toBe(second?.tokenId);
});

test("a verifier with the same settings accepts it", async () => {
  const settings = { issuer: "https://api.example", audience: "api" };
  const { token } = await issuerWith(settings).issueAccessToken({ sub: "u1", role: "editor", expirySeconds: 5 });
  const verifier = createVerifier({ keys: { algorithm: "HS256", secret: SECRET }, clock, ...settings });
  await expect(verifier.verify(token)).resolves.toMatchObject({ sub: "u1", iat: NOW, exp: NOW + 5 });
});

test.each([
  { sub: "", role: "editor" },
  { sub: "u1", role: "" },
  { sub: "u1\n", role: "editor" },
  { sub: "u1", role: "editor", tenantId: "" },
  { sub: "u1", role: "editor", sessionId: "\u0000" },
  { sub: "u1", role: "editor", expirySeconds: 0 },
  { sub: "u1", role: "editor", expirySeconds: Number.NaN },
])("no token is issued for %j", async (input) => {
  await expect(issuerWith().issueAccessToken(input)).rejects.toThrow(TypeError);
});

test("an empty secret signs nothing", () => {
  expect(() => issuerWith({ secret: "" })).toThrow(expect.objectContaining({ code: "AUTH_KEY_UNUSABLE" }));
});
