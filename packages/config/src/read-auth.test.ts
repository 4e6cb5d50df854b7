import { expect, test } from "vitest";
import { type Environment, parseConfig, type ParsedConfig } from "./parse-config.ts";

const secret = "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg";
const otherSecret = "b2xkLXNlY3JldC1vZi1sYXN0LXF1YXJ0ZXItMDE";
const secretKeys = "secret_env: JWT_SECRET, expiry: 1h";
const until = "previous_secret_until: 2027-01-31T12:00:00Z";

function read(auth: string, env: Environment = {}): ParsedConfig {
  const text = `project: x\nauth: { provider: jwt, ${auth} }`;
  return parseConfig(text, { file: "f", env: { DATABASE_URL: "postgres://h/d", JWT_SECRET: secret, ...env } });
}

function messagesOf({ diagnostics }: ParsedConfig): string[] {
  return diagnostics.map(({ code, message }) => `${code} ${message}`);
}

test("with a secret and an expiry, everything else has its default", () => {
  expect(read(secretKeys).config?.auth).toMatchObject({
    algorithm: "HS256",
    secretEnv: "JWT_SECRET",
    previousSecret: undefined,
    previousSecretUntil: undefined,
    expirySeconds: 3_600,
    refreshExpirySeconds: undefined,
    issuer: undefined,
    audience: undefined,
    clockToleranceSeconds: 5,
  });
});

test.each([
  { value: otherSecret, previous: otherSecret },
  { value: undefined, previous: undefined },
  { value: " ", previous: undefined },
])("with the previous secret's variable at `$value` it is `$previous`", ({ value, previous }) => {
  const { config, diagnostics } = read(`${secretKeys}, previous_secret_env: OLD, ${until}`, { OLD: value });
  expect(diagnostics).toEqual([]);
  const auth = config?.auth?.algorithm === "HS256" ? config.auth : undefined;
  expect(auth?.previousSecret?.reveal()).toBe(previous);
  expect(auth?.previousSecretUntil).toBe(Date.UTC(2027, 0, 31, 12));
  expect(JSON.stringify(config)).not.toContain(otherSecret);
});

test.each([
  { env: {}, severity: "warning" },
  { env: { NODE_ENV: "production" }, severity: "error" },
])("with $env a weak previous secret is $severity too", ({ env, severity }) => {
  const { diagnostics } = read(`${secretKeys}, previous_secret_env: OLD`, { OLD: "hunter2", ...env });
  expect(diagnostics).toMatchObject([
    { code: "CONFIG_WEAK_SECRET", severity, message: expect.stringContaining("'OLD'") },
  ]);
  expect(JSON.stringify(diagnostics)).not.toContain("hunter2");
});

const pem = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n";

test.each([
  {
    auth: "algorithm: RS256, public_key_env: KEY",
    env: { KEY: pem },
    publicKey: { kind: "text", env: "KEY", text: pem },
  },
  {
    auth: "algorithm: ES256, public_key_env: KEY",
    env: { KEY: pem.replaceAll("\n", String.raw`\n`) },
    publicKey: { kind: "text", env: "KEY", text: pem },
  },
  {
    auth: "algorithm: EdDSA, public_key_file: keys/issuer.pem",
    env: {},
    publicKey: { kind: "file", path: "keys/issuer.pem" },
  },
  {
    auth: "algorithm: RS256, jwks_url: 'https://issuer.example/jwks.json'",
    env: { NODE_ENV: "production" },
    publicKey: { kind: "jwks", url: "https://issuer.example/jwks.json" },
  },
  {
    auth: "algorithm: RS256, jwks_url: 'http://keycloak:8080/jwks.json'",
    env: {},
    publicKey: { kind: "jwks", url: "http://keycloak:8080/jwks.json" },
  },
  {
    auth: "algorithm: RS256, jwks_url: 'http://127.0.0.1:8080/jwks.json'",
    env: { NODE_ENV: "production" },
    publicKey: { kind: "jwks", url: "http://127.0.0.1:8080/jwks.json" },
  },
])("{ $auth } verifies with a public key", ({ auth, env, publicKey }) => {
  const { config, diagnostics } = read(auth, env);
  expect(diagnostics).toEqual([]);
  expect(config?.auth).toMatchObject({ publicKey });
  expect(config?.auth).not.toHaveProperty("secret");
});

test.each([
  { auth: "expiry: 1h", messages: ["CONFIG_MISSING_KEY missing field `secret_env` in `auth`."] },
  { auth: "secret_env: JWT_SECRET", messages: ["CONFIG_MISSING_KEY missing field `expiry` in `auth`."] },
  {
    auth: "algorithm: HS256",
    messages: [
      "CONFIG_MISSING_KEY missing field `secret_env` in `auth`.",
      "CONFIG_MISSING_KEY missing field `expiry` in `auth`.",
    ],
  },
  { auth: `${secretKeys}, ${until}`, messages: ["CONFIG_MISSING_KEY missing field `previous_secret_env` in `auth`."] },
  {
    auth: `${secretKeys}, jwks_url: 'https://h/k'`,
    messages: [
      "CONFIG_INVALID_VALUE `auth.jwks_url` has no effect with `algorithm: HS256`: the secret of `secret_env` verifies what it signs.",
    ],
  },
  {
    auth: "algorithm: RS256",
    messages: [
      "CONFIG_MISSING_KEY `auth` with `algorithm: RS256` needs exactly one of `public_key_env`, `public_key_file`, `jwks_url`.",
    ],
  },
  {
    auth: "algorithm: RS256, jwks_url: 'https://h/k', public_key_file: k.pem",
    messages: [
      "CONFIG_INVALID_VALUE `auth` with `algorithm: RS256` needs exactly one of `public_key_env`, `public_key_file`, `jwks_url`.",
    ],
  },
  {
    auth: `algorithm: RS256, jwks_url: 'https://h/k', secret_env: JWT_SECRET, refresh_expiry: 30d`,
    messages: [
      "CONFIG_INVALID_VALUE `auth.secret_env` has no effect with `algorithm: RS256`: tokens are signed by somebody else.",
      "CONFIG_INVALID_VALUE `auth.refresh_expiry` has no effect with `algorithm: RS256`: tokens are signed by somebody else.",
    ],
  },
  {
    auth: "algorithm: HS512, secret_env: JWT_SECRET, expiry: 1h",
    messages: [
      "CONFIG_INVALID_VALUE `auth.algorithm` must be one of `HS256`, `RS256`, `ES256`, `EdDSA`, found the text `HS512`.",
    ],
  },
  {
    auth: "algorithm: none, jwks_url: 'https://h/k'",
    messages: [
      "CONFIG_INVALID_VALUE `auth.algorithm` must be one of `HS256`, `RS256`, `ES256`, `EdDSA`, found the text `none`.",
    ],
  },
  {
    auth: "algorithm: RS256, public_key_env: KEY",
    messages: ["CONFIG_MISSING_VARIABLE environment variable 'KEY' is not set."],
  },
  {
    auth: "algorithm: RS256, public_key_env: KEY",
    env: { KEY: "" },
    messages: ["CONFIG_MISSING_VARIABLE environment variable 'KEY' is set but empty."],
  },
  {
    auth: "algorithm: RS256, jwks_url: 'http://issuer.example/k'",
    env: { NODE_ENV: "production" },
    messages: [
      "CONFIG_INVALID_URL `auth.jwks_url` must start with `https://` in production: who can change the answer can sign tokens.",
    ],
  },
  {
    auth: `${secretKeys}, clock_tolerance: 2m`,
    messages: [
      "CONFIG_INVALID_VALUE `auth.clock_tolerance` must be a duration from `0s` to `60s`, found the text `2m`.",
    ],
  },
  {
    auth: `${secretKeys}, previous_secret_env: OLD, previous_secret_until: 2027-01-31`,
    messages: [
      "CONFIG_INVALID_VALUE `auth.previous_secret_until` must be a moment such as `2027-01-31T12:00:00Z`, found the text `2027-01-31`.",
    ],
  },
])("{ $auth } is refused", ({ auth, env, messages }) => {
  const result = read(auth, env);
  expect(result.config).toBeUndefined();
  expect(messagesOf(result)).toEqual(messages);
});
