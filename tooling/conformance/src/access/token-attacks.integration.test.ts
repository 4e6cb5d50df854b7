import { generateKeyPairSync, sign as signBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { startRedis, type RedisServer } from "@shaperail/test-services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Client, createClient } from "../client.ts";
import { databaseState } from "../database-state.ts";
import { ACCESS } from "../projects.ts";
import { rawRequest } from "../raw-request.ts";
import { type RunningProject, startProject } from "../start-project.ts";
import { encode, handMadeToken, SECRET } from "./hand-made-token.ts";
import { recordLog } from "./recorded-log.ts";

const log = recordLog();
let redis: RedisServer;
let running: RunningProject;
let client: Client;
/** Where a token may say that its keys are; nobody may ever ask there. */
let trap: Server;
let asked = 0;
let before: unknown;
beforeAll(async () => {
  trap = createServer((_request, response) => {
    asked += 1;
    response.end(JSON.stringify({ keys: [attackerJwk] }));
  });
  await once(trap.listen(0, "127.0.0.1"), "listening");
  redis = await startRedis();
  running = await startProject(ACCESS, { env: { JWT_SECRET: SECRET, REDIS_URL: redis.url }, logger: log.logger });
  client = createClient(running.url);
  await running.sql("INSERT INTO ledgers (title, created_by) VALUES ('a secret row', 'rita')");
  before = await databaseState(running);
});
afterAll(async () => {
  client.close();
  trap.close();
  await running[Symbol.asyncDispose]();
  await redis.close();
});

const attacker = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const attackerJwk = attacker.publicKey.export({ format: "jwk" });
const now = Math.floor(Date.now() / 1_000);
const claims = { sub: "rita", role: "editor", iat: now - 10, exp: now + 3_600 };
const good = { alg: "HS256", typ: "at+jwt" };
const goodToken = handMadeToken({ claims });
const [goodHeader = "", goodClaims = "", goodSignature = ""] = goodToken.split(".");
const withHeader = (header: object, secret?: string): string =>
  handMadeToken({ header: { ...good, ...header }, claims, secret });
const withClaims = (other: object): string => handMadeToken({ claims: { ...claims, ...other } });
const trapUrl = (): string => `http://127.0.0.1:${(trap.address() as AddressInfo).port}/keys`;

/** Signed with the attacker's own key. */
function rsaToken(header: object): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${signBytes("sha256", Buffer.from(input), attacker.privateKey).toString("base64url")}`;
}

const get = (token: string): Promise<Answer> =>
  client.send({ method: "GET", path: "/v1/ledgers", headers: { authorization: `Bearer ${token}` } });

/** What a refusal says, to the client and in the log. */
async function refusalOf({ status, headers, text }: Answer, token: string): Promise<unknown> {
  const requestId = headers.get("x-request-id");
  const { request_id: echoed, ...error } = (JSON.parse(text) as { error: Record<string, unknown> }).error;
  // A part that is long enough to be somebody's.
  const parts = token.split(".").filter((part) => part.length > 12);
  return {
    status,
    challenge: headers.get("www-authenticate"),
    error,
    isSameRequest: echoed === requestId,
    logged: log.refusalsOf(requestId).map((line) => [line["status"], line["resource"], line["action"]]),
    hasReason: log.refusalsOf(requestId).every(({ reason }) => typeof reason === "string" && reason !== ""),
    linesWithToken: log.texts.filter((line) => parts.some((part) => line.includes(part))),
    isUntouched: isDeepStrictEqual(await databaseState(running), before),
  };
}

const REFUSED = {
  status: 401,
  challenge: 'Bearer error="invalid_token"',
  error: { code: "UNAUTHORIZED", status: 401, message: "Unauthorized", details: null },
  isSameRequest: true,
  logged: [[401, "ledgers", "list"]],
  hasReason: true,
  linesWithToken: [],
  isUntouched: true,
};

test("what the attacks start from is accepted", async () => {
  expect(await get(goodToken)).toMatchObject({ status: 200, text: expect.stringContaining("a secret row") as string });
});

test.each([
  { attack: "alg none", token: () => `${encode({ alg: "none" })}.${goodClaims}.` },
  { attack: "alg nOnE with the signature", token: () => `${encode({ alg: "nOnE" })}.${goodClaims}.${goodSignature}` },
  { attack: "alg none, signed all the same", token: () => withHeader({ alg: "none" }) },
  { attack: "alg HS512", token: () => withHeader({ alg: "HS512" }) },
  { attack: "no alg", token: () => handMadeToken({ header: { typ: "JWT" }, claims }) },
  { attack: "alg RS256 with the HMAC of the secret", token: () => withHeader({ alg: "RS256" }) },
  { attack: "RS256 with a key of one's own", token: () => rsaToken({ alg: "RS256" }) },
  { attack: "RS256 with an embedded key", token: () => rsaToken({ alg: "RS256", jwk: attackerJwk }) },
  { attack: "an embedded key beside a right signature", token: () => withHeader({ jwk: attackerJwk }) },
  { attack: "a URL of keys (jku)", token: () => rsaToken({ alg: "RS256", jku: trapUrl(), kid: "1" }) },
  { attack: "a URL of keys beside a right signature", token: () => withHeader({ jku: trapUrl() }) },
  { attack: "a URL of a certificate (x5u)", token: () => rsaToken({ alg: "RS256", x5u: trapUrl() }) },
  { attack: "an embedded certificate (x5c)", token: () => withHeader({ x5c: ["MIIB"] }) },
  { attack: "a kid that is a path to an empty file", token: () => withHeader({ kid: "../../../../dev/null" }, "\0") },
  { attack: "a kid that is a path to a known file", token: () => withHeader({ kid: "/proc/version" }, "Linux") },
  { attack: "a kid with SQL", token: () => withHeader({ kid: "' UNION SELECT 'secret' --" }, "secret") },
  { attack: "a kid that is a URL", token: () => withHeader({ kid: trapUrl() }, "secret") },
  { attack: "a kid that every object has", token: () => withHeader({ kid: "__proto__" }, "undefined") },
  { attack: "a kid that is no text", token: () => withHeader({ kid: ["1"] }) },
  { attack: "crit", token: () => withHeader({ crit: ["exp"] }) },
  { attack: "compression", token: () => withHeader({ zip: "DEF" }) },
  { attack: "five parts, as encrypted tokens have", token: () => `${goodHeader}.a.b.c.${goodSignature}` },
  { attack: "no signature", token: () => `${goodHeader}.${goodClaims}.` },
  { attack: "neither signature nor dot", token: () => `${goodHeader}.${goodClaims}` },
  { attack: "a truncated signature", token: () => goodToken.slice(0, -4) },
  {
    attack: "another role under the signature",
    token: () => `${goodHeader}.${encode({ ...claims, role: "x" })}.${goodSignature}`,
  },
  { attack: "another secret", token: () => withHeader({}, "bm90LXRoZS1zZWNyZXQtYXQtYWxsLTAxMjM0NTY3") },
  { attack: "an empty secret", token: () => withHeader({}, "") },
  {
    attack: "a claim twice",
    token: () => handMadeToken({ claims: `{"sub":"rita","role":"viewer","role":"editor","exp":${now + 60}}` }),
  },
  {
    attack: "a claim twice, once escaped",
    token: () =>
      handMadeToken({ claims: String.raw`{"sub":"rita","role":"viewer","r\u006fle":"editor","exp":${now + 60}}` }),
  },
  { attack: "alg twice", token: () => handMadeToken({ header: '{"alg":"none","alg":"HS256"}', claims }) },
  { attack: "9 KiB, rightly signed", token: () => withClaims({ pad: "x".repeat(7_000) }) },
  { attack: "exp a minute ago", token: () => withClaims({ exp: now - 60 }) },
  { attack: "exp that is a text", token: () => withClaims({ exp: String(now + 60) }) },
  { attack: "exp that is null", token: () => withClaims({ exp: null }) },
  {
    attack: "exp beyond numbers",
    token: () => handMadeToken({ claims: `{"sub":"rita","role":"editor","exp":1e400}` }),
  },
  { attack: "no exp", token: () => withClaims({ exp: undefined }) },
  { attack: "nbf in a minute", token: () => withClaims({ nbf: now + 60 }) },
  { attack: "nbf that is a text", token: () => withClaims({ nbf: "0" }) },
  { attack: "iat in an hour", token: () => withClaims({ iat: now + 3_600 }) },
  { attack: "the type of a refresh token", token: () => withClaims({ token_type: "refresh" }) },
  { attack: "a typ of another kind", token: () => withHeader({ typ: "logout+jwt" }) },
  { attack: "an audience that is not this one", token: () => withClaims({ aud: "billing" }) },
  { attack: "a list of roles", token: () => withClaims({ role: ["viewer", "editor"] }) },
  { attack: "no role", token: () => withClaims({ role: undefined }) },
  { attack: "no sub", token: () => withClaims({ sub: "" }) },
  { attack: "a tenant that is no text", token: () => withClaims({ tenant_id: { $ne: null } }) },
  {
    attack: "claims in the prototype",
    token: () => handMadeToken({ claims: `{"__proto__":{"role":"editor"},"sub":"rita","exp":${now + 60}}` }),
  },
  { attack: "two tokens", token: () => `${goodToken},${goodToken}` },
  { attack: "a line that looks like another one of the log", token: () => `${goodToken}%0d%0a{"level":"INFO"}` },
])("$attack: refused", async ({ token }) => {
  const text = token();
  expect(await refusalOf(await get(text), text)).toEqual(REFUSED);
});

test("whatever a token says of itself, a line of the log is one JSON object", async () => {
  const texts = ['a\n{"level":"INFO","message":"forged"}', "\u001b[2J", "\u2028", "\r\n\r\n", "x".repeat(3_000)];
  for (const text of texts) {
    for (const claim of ["sub", "role", "tenant_id", "jti", "sid"]) {
      expect([200, 401, 403]).toContain((await get(withClaims({ [claim]: text }))).status);
    }
  }
  expect(log.texts.filter((line) => line.trimEnd().includes("\n"))).toEqual([]);
  expect(() => log.texts.map((line): unknown => JSON.parse(line))).not.toThrow();
  expect(log.texts.filter((line) => line.startsWith('{"level":"INFO","message":"forged"'))).toEqual([]);
});

test("no URL in a token was ever asked for keys", () => {
  expect(asked).toBe(0);
});

test.each([
  {
    edge: "exp just ago, within the tolerance of clocks",
    token: () => withClaims({ exp: Math.floor(Date.now() / 1_000) - 1 }),
  },
  { edge: "nbf just ahead", token: () => withClaims({ nbf: Math.floor(Date.now() / 1_000) + 3 }) },
  { edge: "a kid, when the right secret signed", token: () => withHeader({ kid: "../../etc/passwd" }) },
  { edge: "typ JWT", token: () => withHeader({ typ: "JWT" }) },
])("$edge: accepted", async ({ token }) => {
  expect(await get(token())).toMatchObject({ status: 200 });
});

describe("a token that is not where it belongs", () => {
  test.each<{ readonly place: string; readonly path: string; readonly headers: Readonly<Record<string, string>> }>([
    { place: "the query", path: `/v1/ledgers?access_token=${goodToken}&token=${goodToken}`, headers: {} },
    { place: "a cookie", path: "/v1/ledgers", headers: { cookie: `token=${goodToken}; access_token=${goodToken}` } },
    { place: "Basic credentials", path: "/v1/ledgers", headers: { authorization: `Basic ${goodToken}` } },
    { place: "no scheme", path: "/v1/ledgers", headers: { authorization: goodToken } },
    { place: "another header", path: "/v1/ledgers", headers: { "x-access-token": goodToken } },
    { place: "headers of a proxy", path: "/v1/ledgers", headers: { "x-user": "rita", "x-role": "editor" } },
  ])("in $place it is no credentials", async ({ path, headers }) => {
    const answer = await client.send({ method: "GET", path, headers });
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    expect(log.texts.filter((line) => line.includes(goodSignature))).toEqual([]);
  });

  test.each([
    { place: "a megabyte", head: `Authorization: Bearer ${"a".repeat(1_048_576)}\r\n`, status: 431 },
    { place: "a line that folds", head: `Authorization: Bearer\r\n ${goodToken}\r\n`, status: 400 },
    { place: "NUL", head: `Authorization: Bearer ${goodToken}\0\r\n`, status: 400 },
    {
      place: "behind a bad one",
      head: `Authorization: Bearer bad\r\nAuthorization: Bearer ${goodToken}\r\n`,
      status: 401,
    },
  ])("with $place it is $status", async ({ head, status }) => {
    const bytes = `GET /v1/ledgers HTTP/1.1\r\nHost: test\r\nConnection: close\r\n${head}\r\n`;
    const answer = await rawRequest(running.port, bytes);
    expect(answer?.status).toBe(status);
    expect(answer?.text).not.toContain("a secret row");
  });
});
