import { generateKeyPairSync } from "node:crypto";
import { EncryptJWT, exportJWK, exportSPKI, SignJWT } from "jose";
import { expect, test } from "vitest";
import { UNAUTHORIZED_MESSAGE } from "../refusal.ts";
import { CLAIMS, encode, failureOf, hmacToken, NOW, SECRET, signedToken } from "./token.test-kit.ts";
import { createVerifier, type VerifierOptions } from "./verifier.ts";

const clock = (): number => NOW * 1_000;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const attacker = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const publicPem = rsa.publicKey.export({ type: "spki", format: "pem" }).toString();
const attackerJwk = attacker.publicKey.export({ format: "jwk" });
const good = { alg: "HS256", typ: "JWT" };
const [goodHeader = "", goodPayload = "", goodSignature = ""] = hmacToken(good).split(".");

function refusal(token: string, options: Partial<VerifierOptions> = {}): Promise<unknown> {
  const verifier = createVerifier({ keys: { algorithm: "HS256", secret: SECRET }, clock, ...options });
  return failureOf(() => verifier.verify(token));
}

const malformed = "AUTH_TOKEN_MALFORMED";
const untrusted = "AUTH_TOKEN_UNTRUSTED";
const claimInvalid = "AUTH_TOKEN_CLAIM_INVALID";

test.each([
  { attack: "alg none", token: `${encode({ alg: "none" })}.${goodPayload}.`, code: malformed },
  { attack: "alg none with a signature", token: hmacToken({ alg: "none" }), code: malformed },
  {
    attack: "alg None in another case",
    token: `${encode({ alg: "nOnE" })}.${goodPayload}.${goodSignature}`,
    code: malformed,
  },
  { attack: "no alg", token: hmacToken({ typ: "JWT" }), code: malformed },
  { attack: "alg in another case", token: hmacToken({ alg: "hs256" }), code: malformed },
  { attack: "alg as a list", token: hmacToken({ alg: ["HS256"] }), code: malformed },
  { attack: "alg HS512", token: hmacToken({ alg: "HS512" }), code: malformed },
  { attack: "a wrong secret", token: hmacToken(good, CLAIMS, "another secret of more than 32 bytes"), code: untrusted },
  { attack: "an empty secret", token: hmacToken(good, CLAIMS, ""), code: untrusted },
  { attack: "no signature", token: `${goodHeader}.${goodPayload}.`, code: malformed },
  { attack: "two parts", token: `${goodHeader}.${goodPayload}`, code: malformed },
  { attack: "a truncated signature", token: hmacToken(good).slice(0, -2), code: malformed },
  { attack: "a short signature", token: `${goodHeader}.${goodPayload}.AA`, code: untrusted },
  {
    attack: "another payload under the signature",
    token: `${goodHeader}.${encode({ ...CLAIMS, role: "admin" })}.${goodSignature}`,
    code: untrusted,
  },
  {
    attack: "another header under the signature",
    token: `${encode({ alg: "HS256" })}.${goodPayload}.${goodSignature}`,
    code: untrusted,
  },
  {
    attack: "a second spelling of the signature",
    token: `${goodHeader}.${goodPayload}.${goodSignature.slice(0, -1)}${goodSignature.endsWith("A") ? "B" : nextLetter(goodSignature)}`,
    code: malformed,
  },
  { attack: "extra dots", token: `${hmacToken(good)}.`, code: malformed },
  { attack: "a hundred dots", token: `${hmacToken(good)}${".".repeat(100)}`, code: malformed },
  { attack: "padding", token: `${hmacToken(good)}=`, code: malformed },
  { attack: "a line break", token: `${hmacToken(good)}\n`, code: malformed },
  { attack: "a space in front", token: ` ${hmacToken(good)}`, code: malformed },
  { attack: "letters beyond ASCII", token: `${hmacToken(good)}é`, code: malformed },
  { attack: "nothing", token: "", code: malformed },
  { attack: "a megabyte", token: `${goodHeader}.${"a".repeat(1_048_576)}.${goodSignature}`, code: malformed },
  {
    attack: "8 KiB and a byte, well signed",
    token: hmacToken(good, { ...CLAIMS, pad: "x".repeat(6_100) }),
    code: malformed,
  },
  { attack: "crit", token: hmacToken({ ...good, crit: ["exp"], exp: 1 }), code: malformed },
  { attack: "an unencoded payload (b64)", token: hmacToken({ ...good, b64: false }), code: malformed },
  { attack: "compression", token: hmacToken({ ...good, zip: "DEF" }), code: malformed },
  { attack: "an embedded key", token: hmacToken({ ...good, jwk: attackerJwk }), code: malformed },
  { attack: "a key URL (jku)", token: hmacToken({ ...good, jku: "https://attacker.example/keys" }), code: malformed },
  {
    attack: "a certificate URL (x5u)",
    token: hmacToken({ ...good, x5u: "https://attacker.example/x5u" }),
    code: malformed,
  },
  { attack: "an embedded certificate", token: hmacToken({ ...good, x5c: ["MII"] }), code: malformed },
  { attack: "typ of another kind of token", token: hmacToken({ ...good, typ: "logout+jwt" }), code: malformed },
  { attack: "typ that is no text", token: hmacToken({ ...good, typ: 7 }), code: malformed },
  { attack: "kid that is no text", token: hmacToken({ ...good, kid: { $ne: 1 } }), code: malformed },
  { attack: "a header that is no JSON", token: hmacToken("{"), code: malformed },
  { attack: "a header that is a list", token: hmacToken("[]"), code: malformed },
  { attack: "a header that is null", token: hmacToken("null"), code: malformed },
  { attack: "alg twice", token: hmacToken('{"alg":"none","alg":"HS256"}'), code: malformed },
  { attack: "alg twice, once escaped", token: hmacToken('{"\\u0061lg":"none","alg":"HS256"}'), code: malformed },
  {
    attack: "a claim twice",
    token: hmacToken(good, `{"sub":"u1","role":"editor","role":"admin","exp":${NOW + 9}}`),
    code: malformed,
  },
  { attack: "claims that are no object", token: hmacToken(good, "[]"), code: malformed },
  { attack: "claims that are no UTF-8", token: hmacToken(good, Buffer.from([0x7b, 0xff, 0x7d])), code: malformed },
  {
    attack: "claims a thousand deep",
    token: hmacToken(good, `{"a":${"[".repeat(1_000)}${"]".repeat(1_000)}}`),
    code: malformed,
  },
  { attack: "a refresh token", token: hmacToken(good, { ...CLAIMS, token_type: "refresh" }), code: claimInvalid },
  { attack: "an audience that is not ours", token: hmacToken(good, { ...CLAIMS, aud: "billing" }), code: claimInvalid },
])("$attack: refused with $code", async ({ token, code }) => {
  expect(await refusal(token)).toMatchObject({
    name: "AuthError",
    code,
    status: 401,
    message: UNAUTHORIZED_MESSAGE,
    headers: { "WWW-Authenticate": 'Bearer error="invalid_token"' },
  });
});

/** Another last letter with the same six bits that count: base64url of 32 bytes leaves two bits unused. */
function nextLetter(signature: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return letters[letters.indexOf(signature.at(-1) ?? "") + 1] ?? "";
}

test.each([
  { kid: "../../../../dev/null" },
  { kid: "/proc/sys/kernel/randomize_va_space" },
  { kid: "x' UNION SELECT 'secret' --" },
  { kid: "https://attacker.example/key" },
  { kid: "__proto__" },
  { kid: "" },
])("the key id $kid chooses no key: the configured one verifies or nothing does", async ({ kid }) => {
  const verifier = createVerifier({ keys: { algorithm: "HS256", secret: SECRET }, clock });
  await expect(verifier.verify(hmacToken({ ...good, kid }))).resolves.toMatchObject({ sub: "u1" });
  expect(await refusal(hmacToken({ ...good, kid }, CLAIMS, ""))).toMatchObject({ code: untrusted });
});

test("a public key is no secret: a token signed with its text is refused, and it cannot be configured as one", async () => {
  const keys = { algorithm: "RS256", publicKeys: [publicPem] } as const;
  for (const alg of ["HS256", "RS256"]) {
    const forged = hmacToken({ alg }, CLAIMS, publicPem);
    expect(await refusal(forged, { keys })).toMatchObject({ status: 401 });
  }
  expect(() => createVerifier({ keys: { algorithm: "HS256", secret: publicPem } })).toThrow(
    expect.objectContaining({ code: "AUTH_KEY_UNUSABLE" }),
  );
});

test("another private key, and a key embedded in the token, sign nothing", async () => {
  const keys = { algorithm: "RS256", publicKeys: [publicPem] } as const;
  expect(await refusal(signedToken({ alg: "RS256" }, CLAIMS, attacker.privateKey), { keys })).toMatchObject({
    code: untrusted,
  });
  const embedded = signedToken({ alg: "RS256", jwk: attackerJwk }, CLAIMS, attacker.privateKey);
  expect(await refusal(embedded, { keys })).toMatchObject({ code: malformed });
});

test.each([
  { attack: "another algorithm", header: { alg: "HS256", kid: "a" } },
  { attack: "crit", header: { alg: "RS256", kid: "a", crit: ["exp"] } },
  { attack: "jku", header: { alg: "RS256", kid: "a", jku: "https://attacker.example/keys" } },
])("$attack is refused before any key is looked for", ({ header }) => {
  // Nothing listens there: asking for the keys would be answered with 503, and later.
  const { verify } = createVerifier({ keys: { algorithm: "RS256", jwksUrl: "http://127.0.0.1:9/keys" }, clock });
  expect(() => verify(hmacToken(header))).toThrow(expect.objectContaining({ code: malformed }));
});

test("an ECDSA signature of zeros is refused (CVE-2022-21449)", async () => {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const keys = { algorithm: "ES256", publicKeys: [{ ...publicKey.export({ format: "jwk" }) }] } as const;
  const token = `${encode({ alg: "ES256" })}.${encode(CLAIMS)}.${encode(Buffer.alloc(64))}`;
  expect(await refusal(token, { keys })).toMatchObject({ code: untrusted });
});

test("an encrypted token is refused", async () => {
  const token = await new EncryptJWT({ ...CLAIMS })
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .encrypt(new Uint8Array(32));
  expect(await refusal(token)).toMatchObject({ code: malformed });
});

test("what jose signs is accepted, by secret and by key", async () => {
  const token = await new SignJWT({ ...CLAIMS }).setProtectedHeader(good).sign(Buffer.from(SECRET));
  await expect(
    createVerifier({ keys: { algorithm: "HS256", secret: SECRET }, clock }).verify(token),
  ).resolves.toMatchObject({ sub: "u1" });
  const keys = {
    algorithm: "RS256",
    publicKeys: [await exportSPKI(rsa.publicKey), { ...(await exportJWK(rsa.publicKey)) }],
  } as const;
  const signed = await new SignJWT({ ...CLAIMS }).setProtectedHeader({ alg: "RS256" }).sign(rsa.privateKey);
  await expect(createVerifier({ keys, clock }).verify(signed)).resolves.toMatchObject({ sub: "u1" });
});
