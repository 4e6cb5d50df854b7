import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { CLAIMS, failureOf, NOW, signedToken } from "./token.test-kit.ts";
import { createVerifier, type Verifier } from "./verifier.ts";

const [first, second] = [
  generateKeyPairSync("ec", { namedCurve: "P-256" }),
  generateKeyPairSync("ec", { namedCurve: "P-256" }),
];
const short = generateKeyPairSync("rsa", { modulusLength: 1_024 });

function jwk(publicKey: KeyObject, members: object = {}): object {
  return { ...publicKey.export({ format: "jwk" }), use: "sig", ...members };
}

function token(kid: string | undefined, { privateKey }: { privateKey: KeyObject }, sub = "u1"): string {
  return signedToken({ alg: "ES256", kid }, { ...CLAIMS, sub }, privateKey);
}

interface Issuer {
  readonly url: string;
  /** How often the keys were asked for. */
  requests: number;
  answer(response: ServerResponse): void;
}

/** An issuer on this machine whose answer a test changes. */
async function startIssuer(keys: readonly object[]): Promise<Issuer> {
  const server = createServer((_request, response) => {
    issuer.requests += 1;
    issuer.answer(response);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`;
  const issuer: Issuer = { url, requests: 0, answer: publish(keys) };
  return issuer;
}

function publish(keys: readonly object[]): Issuer["answer"] {
  return (response) => void response.end(JSON.stringify({ keys }));
}

function verifierOf(
  { url }: Issuer,
  options: { timeoutMs?: number; cooldownMs?: number; maxAgeMs?: number } = {},
): Verifier {
  const clock = (): number => NOW * 1_000;
  return createVerifier({ keys: { algorithm: "ES256", jwksUrl: url, ...options }, clock });
}

test("the key id selects the key, and the set is fetched once", async () => {
  const issuer = await startIssuer([jwk(first.publicKey, { kid: "a" }), jwk(second.publicKey, { kid: "b" })]);
  const { verify } = verifierOf(issuer);
  const tokens = [token("a", first), token("b", second), token("a", first, "u2")];
  await Promise.all(tokens.map(async (text) => expect(await verify(text)).toMatchObject({ role: "editor" })));
  expect(issuer.requests).toBe(1);
  expect(await failureOf(() => verify(token("b", first)))).toMatchObject({ code: "AUTH_TOKEN_UNTRUSTED" });
});

test("a single key needs no key id, several do", async () => {
  const issuer = await startIssuer([jwk(first.publicKey)]);
  await expect(verifierOf(issuer).verify(token(undefined, first))).resolves.toMatchObject({ sub: "u1" });
  issuer.answer = publish([jwk(first.publicKey, { kid: "a" }), jwk(second.publicKey, { kid: "b" })]);
  expect(await failureOf(() => verifierOf(issuer).verify(token(undefined, first)))).toMatchObject({
    code: "AUTH_TOKEN_UNTRUSTED",
    reason: expect.stringContaining("several keys"),
  });
});

test("a new key is found when a token names it, and unknown names do not make the issuer work", async () => {
  const issuer = await startIssuer([jwk(first.publicKey, { kid: "a" })]);
  const { verify } = verifierOf(issuer, { cooldownMs: 2_000 });
  await verify(token("a", first));
  issuer.answer = publish([jwk(first.publicKey, { kid: "a" }), jwk(second.publicKey, { kid: "b" })]);
  for (const kid of ["../x", "' OR 1=1", "b2", "b3"]) {
    expect(await failureOf(() => verify(token(kid, second)))).toMatchObject({ code: "AUTH_TOKEN_UNTRUSTED" });
  }
  expect(issuer.requests).toBe(1);
  await expect.poll(() => failureOf(() => verify(token("b", second))), { timeout: 20_000 }).toBeUndefined();
  expect(issuer.requests).toBe(2);
});

test("a key that was taken back is refused once the set is older than maxAgeMs, also for a remembered token", async () => {
  const issuer = await startIssuer([jwk(first.publicKey, { kid: "a" })]);
  const keys = { algorithm: "ES256", jwksUrl: issuer.url, maxAgeMs: 2_000 } as const;
  const text = signedToken({ alg: "ES256", kid: "a" }, { ...CLAIMS, iat: 0, exp: 253_402_300_799 }, first.privateKey);
  const { verify } = createVerifier({ keys });
  await verify(text);
  expect(verify(text)).toMatchObject({ sub: "u1" });
  issuer.answer = publish([jwk(second.publicKey, { kid: "b" })]);
  await expect
    .poll(() => failureOf(() => verify(text)), { timeout: 20_000 })
    .toEqual(expect.objectContaining({ code: "AUTH_TOKEN_UNTRUSTED" }));
});

const huge = JSON.stringify({
  keys: Array.from({ length: 2_000 }, () => jwk(first.publicKey, { kid: "a", x5c: ["A".repeat(200)] })),
});

test.each<{ what: string; answer: Issuer["answer"] }>([
  { what: "status 500", answer: (response) => void response.writeHead(500).end() },
  { what: "a redirect", answer: (response) => void response.writeHead(302, { Location: "http://127.0.0.1:1/" }).end() },
  { what: "no JSON", answer: (response) => void response.end("<html>") },
  { what: "JSON that is no key set", answer: (response) => void response.end('{"keys":7}') },
  { what: "JSON that is null", answer: (response) => void response.end("null") },
  { what: "a private key", answer: publish([{ ...first.privateKey.export({ format: "jwk" }), kid: "a" }]) },
  { what: "a key that is not on its curve", answer: publish([jwk(first.publicKey, { kid: "a", x: "AAAA" })]) },
  { what: "more than 256 KiB", answer: (response) => void response.end(huge) },
  {
    what: "an answer that stops in the middle",
    answer: (response) => void response.writeHead(200, { "Content-Length": "9" }).write("{"),
  },
  { what: "no answer", answer: () => undefined },
  { what: "a closed connection", answer: (response) => void response.socket?.destroy() },
])("an issuer that sends $what is the issuer's fault: 503, in bounded time", async ({ answer }) => {
  const issuer = await startIssuer([]);
  issuer.answer = answer;
  const { verify } = verifierOf(issuer, { timeoutMs: 200 });
  expect(await failureOf(() => verify(token("a", first)))).toMatchObject({
    name: "AuthError",
    code: "AUTH_KEYS_UNAVAILABLE",
    status: 503,
    headers: { "Retry-After": "5" },
    cause: expect.anything(),
  });
});

test("while the issuer is down requests do not queue for it, and what was verified goes on", async () => {
  const issuer = await startIssuer([jwk(first.publicKey, { kid: "a" })]);
  const { verify } = verifierOf(issuer, { timeoutMs: 200, cooldownMs: 0 });
  const known = token("a", first);
  await verify(known);
  issuer.answer = () => undefined;
  for (let index = 0; index < 5; index += 1) {
    expect(await failureOf(() => verify(token("b", second, `u${index}`)))).toMatchObject({
      code: "AUTH_KEYS_UNAVAILABLE",
    });
  }
  expect(issuer.requests).toBeLessThan(5);
  expect(verify(known)).toMatchObject({ sub: "u1" });
  issuer.answer = publish([jwk(second.publicKey, { kid: "b" })]);
  await expect.poll(() => failureOf(() => verify(token("b", second))), { timeout: 20_000 }).toBeUndefined();
});

test("keys of another kind, for another algorithm or for encryption, and short ones, verify nothing", async () => {
  const keys = [
    jwk(first.publicKey, { kid: "a", use: "enc" }),
    jwk(first.publicKey, { kid: "b", alg: "ES512" }),
    { kty: "oct", kid: "c", k: "AAAA" },
  ];
  const issuer = await startIssuer([...keys, jwk(short.publicKey, { kid: "d" })]);
  const { verify } = verifierOf(issuer);
  for (const kid of ["a", "b", "c", "d"]) {
    expect(await failureOf(() => verify(token(kid, first)))).toMatchObject({ code: "AUTH_TOKEN_UNTRUSTED" });
  }
  const rs256 = createVerifier({ keys: { algorithm: "RS256", jwksUrl: issuer.url } });
  const weak = signedToken({ alg: "RS256", kid: "d" }, CLAIMS, short.privateKey);
  expect(await failureOf(() => rs256.verify(weak))).toMatchObject({ status: 401 });
});

test.each([
  { jwksUrl: "https://issuer.example/keys", isAccepted: true },
  { jwksUrl: "http://localhost:8080/keys", isAccepted: true },
  { jwksUrl: "http://127.0.0.1/keys", isAccepted: true },
  { jwksUrl: "http://[::1]:8080/keys", isAccepted: true },
  { jwksUrl: "http://issuer.example/keys", isAccepted: false },
  { jwksUrl: "http://issuer.example/keys", allowHttp: true, isAccepted: true },
  { jwksUrl: "http://127.0.0.1.issuer.example/keys", isAccepted: false },
  { jwksUrl: "https://user:password@issuer.example/keys", isAccepted: false },
  { jwksUrl: "file:///etc/passwd", allowHttp: true, isAccepted: false },
  { jwksUrl: "keys.json", isAccepted: false },
])("the key set at $jwksUrl (allowHttp $allowHttp) is accepted: $isAccepted", async ({ isAccepted, ...options }) => {
  const error = await failureOf(() => createVerifier({ keys: { algorithm: "RS256", ...options } }));
  const refused = expect.objectContaining({ name: "AuthSetupError", code: "AUTH_JWKS_URL_REFUSED" });
  expect(error).toEqual(isAccepted ? undefined : refused);
});
