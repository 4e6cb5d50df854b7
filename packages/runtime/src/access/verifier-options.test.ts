import { generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVerifier } from "@shaperail/auth";
import { expect, onTestFinished, test } from "vitest";
import { loadProject, type Project } from "../load-project.ts";
import { verifierOptions } from "./verifier-options.ts";

const secret = "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg";
const otherSecret = "b2xkLXNlY3JldC1vZi1sYXN0LXF1YXJ0ZXItMDE";
const pem = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }).toString();

async function project(auth: string, env: Readonly<Record<string, string>> = {}): Promise<Project> {
  const directory = await mkdtemp(join(tmpdir(), "shaperail-verifier-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await mkdir(join(directory, "resources"));
  await writeFile(join(directory, "shaperail.config.yaml"), `project: x\n${auth}\n`);
  await writeFile(join(directory, "issuer.pem"), pem);
  return loadProject({ directory, env: { DATABASE_URL: "postgres://h/d", NODE_ENV: "production", ...env } });
}

test.each([
  { what: "no auth section", auth: "", expected: undefined },
  {
    what: "secrets",
    auth: "auth: { provider: jwt, secret_env: NEW, expiry: 1h, previous_secret_env: OLD, previous_secret_until: 2027-01-31T12:00:00Z }",
    expected: {
      keys: { algorithm: "HS256", secret, previousSecret: otherSecret, previousUntil: Date.UTC(2027, 0, 31, 12) },
      issuer: undefined,
      audience: undefined,
      clockToleranceSeconds: 5,
    },
  },
  {
    what: "a key in a variable",
    auth: "auth: { provider: jwt, algorithm: EdDSA, public_key_env: KEY, issuer: i, audience: a, clock_tolerance: 0s }",
    expected: { keys: { algorithm: "EdDSA", publicKeys: [pem] }, issuer: "i", audience: "a", clockToleranceSeconds: 0 },
  },
  {
    what: "a key in a file",
    auth: "auth: { provider: jwt, algorithm: EdDSA, public_key_file: issuer.pem }",
    expected: { keys: { algorithm: "EdDSA", publicKeys: [pem] }, clockToleranceSeconds: 5 },
  },
  {
    what: "a key set",
    auth: "auth: { provider: jwt, algorithm: RS256, jwks_url: 'https://issuer.example/keys' }",
    expected: {
      keys: { algorithm: "RS256", jwksUrl: "https://issuer.example/keys", allowHttp: false },
      clockToleranceSeconds: 5,
    },
  },
])("the configuration with $what says what a verifier needs", async ({ auth, expected }) => {
  const options = await verifierOptions(await project(auth, { NEW: secret, OLD: otherSecret, KEY: pem }));
  expect(options).toEqual(expected);
  expect(options === undefined || createVerifier(options)).toBeTruthy();
});

test("a key set without TLS is for development", async () => {
  const auth = "auth: { provider: jwt, algorithm: RS256, jwks_url: 'http://issuer.example/keys' }";
  const options = await verifierOptions(await project(auth, { NODE_ENV: "development" }));
  expect(options?.keys).toMatchObject({ allowHttp: true });
});

test("a key file that is not there is said with its path", async () => {
  const declared = await project("auth: { provider: jwt, algorithm: EdDSA, public_key_file: keys/none.pem }");
  await expect(verifierOptions(declared)).rejects.toMatchObject({
    code: "AUTH_KEY_UNUSABLE",
    message: expect.stringContaining(join("keys", "none.pem")),
  });
});
