import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { createIssuer } from "./issuer.ts";
import type { Claims } from "./claims.ts";
import { CLAIMS, failureOf, hmacToken, NOW, SECRET, signedToken } from "./token.test-kit.ts";
import { createVerifier, type VerifierOptions } from "./verifier.ts";

const OLD_SECRET = "b2xkLXNlY3JldC1vZi1sYXN0LXF1YXJ0ZXItMDE";
const header = { alg: "HS256" };

/** A verifier whose clock a test moves, in seconds. */
function verifierAt(seconds: number, options: Partial<VerifierOptions> = {}) {
  const time = { seconds };
  const keys = { algorithm: "HS256", secret: SECRET } as const;
  return { time, ...createVerifier({ keys, clock: () => time.seconds * 1_000, ...options }) };
}

test("a token is verified once and then answered at once, with the same claims", async () => {
  const { verify } = verifierAt(NOW);
  const token = hmacToken(header);
  const first = verify(token);
  expect(first).toBeInstanceOf(Promise);
  const claims = await first;
  expect(verify(token)).toBe(claims);
});

test("requests that bring a new token at the same time share its verification", async () => {
  const { verify } = verifierAt(NOW);
  const token = hmacToken(header);
  const flights = Array.from({ length: 10 }, () => verify(token));
  expect(new Set(flights).size).toBe(1);
  const broken = hmacToken(header, CLAIMS, OLD_SECRET);
  const failures = Array.from({ length: 10 }, () => failureOf(() => verify(broken)));
  for (const failure of await Promise.all(failures)) expect(failure).toMatchObject({ code: "AUTH_TOKEN_UNTRUSTED" });
});

test("a token that was refused is looked at anew every time", async () => {
  const { verify, time } = verifierAt(NOW);
  const token = hmacToken(header, { ...CLAIMS, nbf: NOW + 100 });
  expect(await failureOf(() => verify(token))).toMatchObject({ code: "AUTH_TOKEN_CLAIM_INVALID" });
  time.seconds = NOW + 200;
  await expect(verify(token)).resolves.toMatchObject({ sub: "u1" });
});

test("a remembered token is refused from the moment it expires", async () => {
  const { verify, time } = verifierAt(NOW, { clockToleranceSeconds: 0 });
  const token = hmacToken(header, { ...CLAIMS, exp: NOW + 10 });
  await verify(token);
  time.seconds = NOW + 9.999;
  expect(verify(token)).toMatchObject({ exp: NOW + 10 });
  time.seconds = NOW + 10;
  expect(await failureOf(() => verify(token))).toMatchObject({ code: "AUTH_TOKEN_EXPIRED" });
});

test("the tolerance is 5 seconds unless said otherwise", async () => {
  const { verify, time } = verifierAt(NOW);
  const token = hmacToken(header, { ...CLAIMS, exp: NOW });
  await verify(token);
  time.seconds = NOW + 4.9;
  expect(verify(token)).toMatchObject({ sub: "u1" });
  time.seconds = NOW + 5;
  expect(await failureOf(() => verify(token))).toMatchObject({ code: "AUTH_TOKEN_EXPIRED" });
});

test.each([-1, 61, Number.NaN])("a tolerance of %s seconds is no option", (clockToleranceSeconds) => {
  expect(() => verifierAt(NOW, { clockToleranceSeconds })).toThrow(TypeError);
});

test("revocation counts at once: for a new token, a remembered one, and again the other way round", async () => {
  const revoked = new Set<string | undefined>(["s2"]);
  const { verify } = verifierAt(NOW, { isRevoked: ({ sessionId }) => revoked.has(sessionId) });
  const [first, second] = ["s1", "s2"].map((sid) => hmacToken(header, { ...CLAIMS, sid }));
  await verify(String(first));
  expect(await failureOf(() => verify(String(second)))).toMatchObject({ code: "AUTH_TOKEN_REVOKED", status: 401 });
  revoked.add("s1");
  expect(await failureOf(() => verify(String(first)))).toMatchObject({ code: "AUTH_TOKEN_REVOKED" });
  revoked.clear();
  expect(verify(String(first))).toMatchObject({ sessionId: "s1" });
});

test("forget drops what it names, and nothing that was being verified meanwhile is remembered", async () => {
  const { verify, forget } = verifierAt(NOW);
  const [first = "", second = "", third = ""] = ["a", "b", "c"].map((sub) => hmacToken(header, { ...CLAIMS, sub }));
  await Promise.all([verify(first), verify(second)]);
  const running = verify(third);
  expect(forget(({ sub }) => sub === "a")).toBe(1);
  await running;
  expect(verify(first)).toBeInstanceOf(Promise);
  expect(verify(second)).toMatchObject({ sub: "b" });
  expect(verify(third)).toBeInstanceOf(Promise);
});

test("no more tokens are remembered than cacheSize says, and one that is in use stays", async () => {
  const { verify, forget } = verifierAt(NOW, { cacheSize: 10 });
  const inUse = hmacToken(header, { ...CLAIMS, sub: "in use" });
  await verify(inUse);
  for (let index = 0; index < 100; index += 1) {
    expect(verify(inUse)).not.toBeInstanceOf(Promise);
    await verify(hmacToken(header, { ...CLAIMS, sub: `u${index}` }));
  }
  expect(forget(() => true)).toBe(10);
});

test("with a cacheSize of 0 every token is verified every time", async () => {
  const { verify } = verifierAt(NOW, { cacheSize: 0 });
  const token = hmacToken(header);
  await verify(token);
  expect(verify(token)).toBeInstanceOf(Promise);
});

test("during a rotation both secrets verify and only the current one signs", async () => {
  const clock = (): number => NOW * 1_000;
  const before = createIssuer({ secret: OLD_SECRET, expirySeconds: 60, clock });
  const after = createIssuer({ secret: SECRET, expirySeconds: 60, clock });
  const { token: old } = await before.issueAccessToken({ sub: "u1", role: "editor" });
  const { token: fresh } = await after.issueAccessToken({ sub: "u2", role: "editor" });
  const rotating = verifierAt(NOW, { keys: { algorithm: "HS256", secret: SECRET, previousSecret: OLD_SECRET } });
  await expect(rotating.verify(old)).resolves.toMatchObject({ sub: "u1" });
  await expect(rotating.verify(fresh)).resolves.toMatchObject({ sub: "u2" });
  const rotated = verifierAt(NOW);
  expect(await failureOf(() => rotated.verify(old))).toMatchObject({ code: "AUTH_TOKEN_UNTRUSTED" });
  await expect(rotated.verify(fresh)).resolves.toMatchObject({ sub: "u2" });
});

test("the previous secret stops counting at its date, for remembered tokens too", async () => {
  const keys = {
    algorithm: "HS256",
    secret: SECRET,
    previousSecret: OLD_SECRET,
    previousUntil: (NOW + 100) * 1_000,
  } as const;
  const { verify, time } = verifierAt(NOW, { keys });
  const [old, fresh] = [hmacToken(header, CLAIMS, OLD_SECRET), hmacToken(header)];
  await Promise.all([verify(old), verify(fresh)]);
  time.seconds = NOW + 99;
  expect(verify(old)).toMatchObject({ sub: "u1" });
  time.seconds = NOW + 100;
  expect(await failureOf(() => verify(old))).toMatchObject({ code: "AUTH_TOKEN_UNTRUSTED" });
  expect(verify(fresh)).toMatchObject({ sub: "u1" });
});

const pairs = {
  RS256: [generateKeyPairSync("rsa", { modulusLength: 2_048 }), generateKeyPairSync("rsa", { modulusLength: 2_048 })],
  ES256: [generateKeyPairSync("ec", { namedCurve: "P-256" }), generateKeyPairSync("ec", { namedCurve: "P-256" })],
  EdDSA: [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")],
} as const;

test.each(["RS256", "ES256", "EdDSA"] as const)(
  "%s: either of two public keys verifies, PEM or JWK",
  async (algorithm) => {
    const [first, second] = pairs[algorithm];
    const publicKeys = [
      first.publicKey.export({ type: "spki", format: "pem" }).toString(),
      { ...second.publicKey.export({ format: "jwk" }) },
    ];
    const { verify } = verifierAt(NOW, { keys: { algorithm, publicKeys } });
    for (const { privateKey } of [first, second]) {
      await expect(verify(signedToken({ alg: algorithm }, CLAIMS, privateKey))).resolves.toMatchObject({ sub: "u1" });
    }
    const other = verifierAt(NOW, { keys: { algorithm, publicKeys: publicKeys.slice(1) } });
    const error = await failureOf(() => other.verify(signedToken({ alg: algorithm }, CLAIMS, first.privateKey)));
    expect(error).toMatchObject({ code: "AUTH_TOKEN_UNTRUSTED" });
  },
);

test("the claims are shared by every request, so nobody can change them", async () => {
  const { verify } = verifierAt(NOW);
  const claims: Claims = await verify(hmacToken(header, { ...CLAIMS, team: { roles: ["a"] } }));
  expect(() => Object.assign(claims, { role: "admin" })).toThrow(TypeError);
  expect(() => Object.assign(claims.payload["team"] as object, { roles: [] })).toThrow(TypeError);
});
