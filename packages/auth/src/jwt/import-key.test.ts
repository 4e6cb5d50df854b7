import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { importPublicKey, importSecret, type PublicKey } from "./import-key.ts";
import { failureOf } from "./token.test-kit.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const shortRsa = generateKeyPairSync("rsa", { modulusLength: 1_024 });
const pss = generateKeyPairSync("rsa-pss", { modulusLength: 2_048 });
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
const ed25519 = generateKeyPairSync("ed25519");
const ed448 = generateKeyPairSync("ed448");

const pem = ({ publicKey }: typeof rsa): string => publicKey.export({ type: "spki", format: "pem" }).toString();

test.each([
  { algorithm: "RS256", what: "RSA in PEM", key: pem(rsa) },
  { algorithm: "RS256", what: "RSA in PKCS#1", key: rsa.publicKey.export({ type: "pkcs1", format: "pem" }).toString() },
  { algorithm: "RS256", what: "RSA as JWK", key: { ...rsa.publicKey.export({ format: "jwk" }) } },
  { algorithm: "ES256", what: "P-256 in PEM", key: pem(p256) },
  { algorithm: "ES256", what: "P-256 as JWK", key: { ...p256.publicKey.export({ format: "jwk" }), kid: "a" } },
  { algorithm: "EdDSA", what: "Ed25519 in PEM", key: pem(ed25519) },
  {
    algorithm: "EdDSA",
    what: "the text of a JWK",
    key: ` ${JSON.stringify(ed25519.publicKey.export({ format: "jwk" }))}\n`,
  },
] as const)("$algorithm takes $what", ({ algorithm, key }) => {
  expect(importPublicKey(key, algorithm).usages).toEqual(["verify"]);
});

test.each<{ algorithm: "RS256" | "ES256" | "EdDSA"; what: string; key: PublicKey; message: string }>([
  { algorithm: "RS256", what: "1,024 bits of RSA", key: pem(shortRsa), message: "at least 2048 bits" },
  { algorithm: "RS256", what: "a key for another padding", key: pem(pss), message: "an RSA key" },
  { algorithm: "RS256", what: "a key on a curve", key: pem(p256), message: "an RSA key" },
  { algorithm: "ES256", what: "another curve", key: pem(p384), message: "P-256" },
  { algorithm: "ES256", what: "RSA", key: pem(rsa), message: "P-256" },
  { algorithm: "EdDSA", what: "Ed448", key: pem(ed448), message: "Ed25519" },
  {
    algorithm: "RS256",
    what: "a private key in PEM",
    key: rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    message: "A private key was given",
  },
  {
    algorithm: "EdDSA",
    what: "a private key as JWK",
    key: { ...ed25519.privateKey.export({ format: "jwk" }) },
    message: "A private key was given",
  },
  { algorithm: "RS256", what: "a shared secret as JWK", key: { kty: "oct", k: "AAAA" }, message: "A private key" },
  {
    algorithm: "EdDSA",
    what: "the text of a private JWK",
    key: JSON.stringify(ed25519.privateKey.export({ format: "jwk" })),
    message: "A private key was given",
  },
  { algorithm: "RS256", what: "text that is nearly a JWK", key: '{"kty":"RSA"', message: "neither PEM nor a JWK" },
  { algorithm: "RS256", what: "text", key: "hunter2", message: "neither PEM nor a JWK" },
  { algorithm: "RS256", what: "an empty JWK", key: {}, message: "neither PEM nor a JWK" },
])("$algorithm does not take $what", async ({ algorithm, key, message }) => {
  expect(await failureOf(() => importPublicKey(key, algorithm))).toMatchObject({
    name: "AuthSetupError",
    code: "AUTH_KEY_UNUSABLE",
    message: expect.stringContaining(message),
    hint: expect.stringContaining("PEM"),
  });
});

test.each(["", pem(rsa)])("a secret is neither empty nor a key in PEM form", async (secret) => {
  expect(await failureOf(() => importSecret(secret))).toMatchObject({ code: "AUTH_KEY_UNUSABLE" });
});

test("an error about a key shows nothing of it", async () => {
  const key = rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const error = await failureOf(() => importPublicKey(key, "RS256"));
  expect(JSON.stringify(error) + String(error)).not.toContain(key.split("\n")[1]);
});
