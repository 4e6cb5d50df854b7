import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { LogFields, Logger } from "@shaperail/core";
import express from "express";
import { expect, onTestFinished, test } from "vitest";
import { AuthError } from "../errors.ts";
import { createIssuer } from "../jwt/issuer.ts";
import { createVerifier } from "../jwt/verifier.ts";
import { refuseToken } from "../refusal.ts";
import { authOf } from "./auth-of.ts";
import { requireAuth, type RequireAuthOptions } from "./require-auth.ts";
import { requireRole } from "./require-role.ts";

const secret = "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg";
const verifier = createVerifier({ keys: { algorithm: "HS256", secret } });
const issuer = createIssuer({ secret, expirySeconds: 60 });
const { token: editorToken } = await issuer.issueAccessToken({ sub: "u1", role: "editor", tenantId: "t1" });
const { token: viewerToken } = await issuer.issueAccessToken({ sub: "u2", role: "viewer" });
const apiKeys: RequireAuthOptions["apiKeys"] = {
  verify(key) {
    if (key === "sk_good") return { sub: "k1", role: "editor", tenantId: undefined };
    throw refuseToken({ code: "AUTH_TOKEN_UNTRUSTED", reason: "unknown API key" });
  },
};
const unauthorized = { code: "UNAUTHORIZED", status: 401, message: expect.any(String), details: null };
const forbidden = { code: "FORBIDDEN", status: 403, message: expect.any(String), details: null };

interface Line {
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/** A plain Express application with one route for everybody known, and one for editors. */
async function start(options: Partial<RequireAuthOptions> = {}): Promise<{ url: string; lines: Line[] }> {
  const lines: Line[] = [];
  const logger = { warn: (message: string, fields?: LogFields) => void lines.push({ message, fields }) } as Logger;
  const app = express();
  app.use((_request, response, next) => {
    response.setHeader("X-Request-Id", "r-1");
    next();
  });
  app.use(requireAuth({ verifier, logger, ...options }));
  app.get("/me", (request, response) => void response.json(authOf(request)?.sub ?? null));
  app.get("/drafts", requireRole("editor", "admin"), (_request, response) => void response.json("drafts"));
  // Express recognises an error handler by its four parameters.
  // oxlint-disable-next-line max-params
  app.use((error: Error, _request: unknown, response: express.Response, _next: unknown) => {
    response.status(500).json(error.message);
  });
  const server = createServer(app).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, lines };
}

test.each([
  { sent: "a bearer token", headers: { Authorization: `Bearer ${editorToken}` }, sub: "u1" },
  {
    sent: "a bearer token whose scheme is in lower case",
    headers: { authorization: `bearer  ${editorToken}` },
    sub: "u1",
  },
  { sent: "an API key", headers: { "X-API-Key": "sk_good" }, sub: "k1" },
  { sent: "both", headers: { Authorization: `Bearer ${viewerToken}`, "X-API-Key": "sk_good" }, sub: "u2" },
])("$sent says who sent the request", async ({ headers, sub }) => {
  const { url } = await start({ apiKeys });
  const response = await fetch(`${url}/me`, { headers });
  expect([response.status, await response.json()]).toEqual([200, sub]);
});

test.each([
  { sent: "nothing", headers: {}, challenge: "Bearer" },
  { sent: "another scheme", headers: { Authorization: "Basic dTpw" }, challenge: "Bearer" },
  { sent: "an unknown API key", headers: { "X-API-Key": "sk_bad" }, challenge: 'Bearer error="invalid_token"' },
  { sent: "an empty token", headers: { Authorization: "Bearer" }, challenge: 'Bearer error="invalid_token"' },
  { sent: "a broken token", headers: { Authorization: "Bearer a.b.c" }, challenge: 'Bearer error="invalid_token"' },
  {
    sent: "a good API key beside a broken token",
    headers: { Authorization: "Bearer a.b.c", "X-API-Key": "sk_good" },
    challenge: 'Bearer error="invalid_token"',
  },
])("$sent is answered 401 with a challenge", async ({ headers, challenge }) => {
  const { url } = await start({ apiKeys });
  const response = await fetch(`${url}/me`, { headers });
  expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, challenge]);
  expect(await response.json()).toEqual({ error: { ...unauthorized, request_id: "r-1" } });
});

test.each([
  { who: "a listed role", headers: { Authorization: `Bearer ${editorToken}` }, status: 200, body: "drafts" },
  {
    who: "another role",
    headers: { Authorization: `Bearer ${viewerToken}` },
    status: 403,
    body: { error: { ...forbidden, request_id: "r-1" } },
  },
  { who: "nobody", headers: {}, status: 401, body: { error: { ...unauthorized, request_id: "r-1" } } },
])("where roles are required, $who is answered $status", async ({ headers, status, body }) => {
  const { url } = await start({ optional: true });
  const response = await fetch(`${url}/drafts`, { headers });
  expect([response.status, await response.json()]).toEqual([status, body]);
});

test.each([
  { sent: "nothing", headers: {}, sub: null },
  { sent: "a broken token", headers: { Authorization: "Bearer a.b.c" }, sub: null },
  { sent: "a good token", headers: { Authorization: `Bearer ${editorToken}` }, sub: "u1" },
])("where authentication is optional, $sent passes", async ({ headers, sub }) => {
  const { url } = await start({ optional: true });
  const response = await fetch(`${url}/me`, { headers });
  expect([response.status, await response.json()]).toEqual([200, sub]);
});

test("refusals are reported with their reason and never with what was sent", async () => {
  const { url, lines } = await start({ apiKeys });
  await fetch(`${url}/me`, { headers: { "X-API-Key": "sk_bad" } });
  await fetch(`${url}/me`, { headers: { Authorization: `Bearer ${viewerToken}x` } });
  await fetch(`${url}/drafts`, { headers: { Authorization: `Bearer ${viewerToken}` } });
  expect(lines.map(({ fields }) => fields)).toEqual([
    { code: "AUTH_TOKEN_UNTRUSTED", reason: "unknown API key", status: 401 },
    { code: "AUTH_TOKEN_UNTRUSTED", reason: "no configured key signed the token", status: 401 },
    { code: "AUTH_FORBIDDEN", reason: expect.stringContaining("role"), status: 403 },
  ]);
  expect(JSON.stringify(lines)).not.toMatch(new RegExp(`sk_bad|${viewerToken}`));
});

test.each([true, false])("when keys cannot be fetched the answer is 503, optional or not (%s)", async (optional) => {
  const unavailable = new AuthError("Credentials cannot be verified at the moment.", {
    code: "AUTH_KEYS_UNAVAILABLE",
    headers: { "Retry-After": "5" },
  });
  const { url } = await start({ optional, verifier: { verify: () => Promise.reject(unavailable) } });
  const response = await fetch(`${url}/me`, { headers: { Authorization: "Bearer a.b.c" } });
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
  expect(await response.json()).toMatchObject({ error: { code: "SERVICE_UNAVAILABLE" } });
});

test("a fault that is not about credentials goes to the error handler of the application", async () => {
  const verify = (): never => {
    throw new Error("the store is broken");
  };
  const { url } = await start({ verifier: { verify } });
  const response = await fetch(`${url}/me`, { headers: { Authorization: "Bearer a.b.c" } });
  expect([response.status, await response.json()]).toEqual([500, "the store is broken"]);
});

test("authOf knows nobody where requireAuth was not used", () => {
  const request = Object.create(null);
  expect(authOf(request)).toBeUndefined();
});

test("requireRole wants a role", () => {
  expect(() => requireRole()).toThrow(TypeError);
});
